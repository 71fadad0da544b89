// Owns saying of real spans what the tables of docs/migrating.md say of them, in the same words.

import type { SpanContent } from '../support/span-content.js';
import type { SpanRow } from './page.js';

/** Tells which span a row is about. */
export type Pick = (span: SpanContent) => boolean;

/** The rows with what their spans really hold. */
export function seenRows(
  rows: readonly SpanRow[],
  spans: readonly SpanContent[],
  picks: Readonly<Record<string, Pick>>,
): readonly SpanRow[] {
  return rows.map((row) => {
    const found = spans.filter((span) => picks[row.span]?.(span));
    const [only] = found;
    if (only === undefined || found.length > 1) {
      return { span: `${found.length} × ${row.span}`, fields: row.fields, cell: '' };
    }
    return { span: row.span, fields: row.fields, cell: cellOf(only, row) };
  });
}

function cellOf(span: SpanContent, { fields, cell }: SpanRow): string {
  const values = fields.map((field) => valueIn(span, field));
  if (values.every((value) => value === undefined)) return 'none';
  if (cell === 'any' && !values.includes(undefined)) return 'any';
  return values.map((value) => `\`${value}\``).join(', ');
}

function valueIn(span: SpanContent, field: string): string | undefined {
  const { service, name, resource, type, meta, metrics } = span;
  const plain: Readonly<Record<string, string>> = { service, name, resource, type };
  const value = plain[field] ?? meta[field] ?? metrics[field];
  return value === undefined || value === '' ? undefined : String(value);
}

/** The spans of `requests.cjs`. */
export const REQUEST_SPANS: Readonly<Record<string, Pick>> = {
  request: ({ meta }) => meta['http.route'] !== undefined,
  database: ({ meta }) => meta['db.system'] !== undefined,
  consumer: ({ meta }) => meta['messaging.system'] !== undefined,
  internal: ({ meta }) => meta['span.kind'] === 'internal',
};

/** Those of `app.cjs` that the page is about. */
export const APP_SPANS: Readonly<Record<string, Pick>> = {
  server: ({ meta }) => meta['span.kind'] === 'server' && isFor(meta, '/carts/7'),
  client: ({ meta }) => meta['span.kind'] === 'client' && isFor(meta, '/stock/7'),
  own: ({ resource }) => resource === 'cart',
};

function isFor(meta: SpanContent['meta'], path: string): boolean {
  return meta['url.path'] === path || meta['http.url']?.endsWith(path) === true;
}
