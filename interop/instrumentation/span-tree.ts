// Owns the form in which a trace is compared: one line for each span, indented below its parent. Spans
// of connections and look-ups depend on the version of Node, and are left out. Knows no Agent.

import type { ReceivedSpan } from '../../src/dev-agent/index.js';
import type { SpanContent } from '../../test/support/span-content.js';
import type { AgentSpan } from '../received.js';

/** What both kinds of Agent tell of a span. */
export interface TreeSpan extends SpanContent {
  readonly spanId: string;
  /** `0` for a root. */
  readonly parentId: string;
}

const CONNECTING = /instrumentation-(?:dns|net)$/u;

export function treeSpan(span: ReceivedSpan | AgentSpan): TreeSpan {
  const { service, name, resource, type, error, meta, metrics } = span;
  const ids = { spanId: String(span.spanId), parentId: String(span.parentId) };
  return { ...ids, service, name, resource, type, error, meta, metrics };
}

function isConnecting({ meta }: TreeSpan): boolean {
  return CONNECTING.test(meta['otel.scope.name'] ?? '');
}

/** By the trace id that the SDK gave them, in order of arrival. */
export function byTrace(spans: readonly TreeSpan[]): ReadonlyMap<string, readonly TreeSpan[]> {
  const traces = new Map<string, readonly TreeSpan[]>();
  for (const span of spans) {
    const traceId = span.meta['otel.trace_id'] ?? '';
    traces.set(traceId, [...(traces.get(traceId) ?? []), span]);
  }
  return traces;
}

/** Spans whose parent is not among them are at the left; those of one parent are in order of the text. */
export function treeOf(spans: readonly TreeSpan[]): readonly string[] {
  const shown = spans.filter((span) => !isConnecting(span));
  const ids = new Set(shown.map(({ spanId }) => spanId));
  return sortedTrees(
    shown.filter(({ parentId }) => !ids.has(parentId)),
    shown,
  );
}

function sortedTrees(roots: readonly TreeSpan[], spans: readonly TreeSpan[]): readonly string[] {
  const trees = roots.map((root) => subtree(root, spans));
  return trees.toSorted((a, b) => (a.join('\n') < b.join('\n') ? -1 : 1)).flat();
}

function subtree(span: TreeSpan, spans: readonly TreeSpan[]): readonly string[] {
  const children = spans.filter(({ parentId }) => parentId === span.spanId);
  return [lineOf(span), ...sortedTrees(children, spans).map((line) => `  ${line}`)];
}

function lineOf({ name, resource, type, error, meta }: TreeSpan): string {
  const line = [name, resource, type, meta['span.kind'] ?? ''].join(' | ');
  return error === 0 ? line : `${line} | error`;
}
