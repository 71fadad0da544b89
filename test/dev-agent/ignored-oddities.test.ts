import { describe, expect, it } from 'vitest';
import { send, violation, type Headers, type Row } from './rule-row.js';
import { payload, singleSpan, spanWithEntries } from './sample-payload.js';
import { array, bin, map, NIL, record, str, type WireBytes } from './wire-bytes.js';

const SPAN = 'chunk 0, span 0';
const ignoredOddities: readonly Row[] = [
  ['trailing-bytes', 'payload', [...singleSpan(), 0xc0]],
  ['unknown-key', `${SPAN}, odd`, singleSpan({ odd: array([record({ a: NIL }), [0xd4, 1, 2]]) })],
  [
    'unknown-key',
    `${SPAN}, span_links, link 0, odd`,
    singleSpan({ span_links: array([record({ odd: NIL })]) }),
  ],
  ['duplicate-key', `${SPAN}, service`, payload([spanWithEntries([str('service'), str('b')])])],
  ['duplicate-key', `${SPAN}, meta, k`, singleSpan({ meta: map([tag('a'), tag('b')]) })],
  [
    'duplicate-key',
    `${SPAN}, metrics, k`,
    singleSpan({
      metrics: map([
        [str('k'), [1]],
        [str('k'), [2]],
      ]),
    }),
  ],
  [
    'event-value-type',
    `${SPAN}, span_events, event 0, attributes, k`,
    singleSpan({ span_events: array([eventWith(record({ type: [5] }))]) }),
  ],
  [
    'event-value-member',
    `${SPAN}, span_events, event 0, attributes, k`,
    singleSpan({ span_events: array([eventWith(record({ type: [0], int_value: [1] }))]) }),
  ],
  [
    'event-value-member',
    `${SPAN}, span_events, event 0, attributes, k`,
    singleSpan({
      span_events: array([
        eventWith(record({ type: [0], string_value: str('a'), int_value: [1] })),
      ]),
    }),
  ],
  [
    'meta-struct-malformed',
    `${SPAN}, meta_struct, k`,
    singleSpan({ meta_struct: record({ k: bin([0x92, 0x01]) }) }),
  ],
  [
    'meta-struct-malformed',
    `${SPAN}, meta_struct, k`,
    singleSpan({ meta_struct: record({ k: bin([0x01, 0x01]) }) }),
  ],
  [
    'trace-id-high-malformed',
    `${SPAN}, meta, _dd.p.tid`,
    singleSpan({ meta: record({ '_dd.p.tid': str('66B0000000000000') }) }),
  ],
];

type HeaderRow = [rule: string, path: string, headers: Headers];

const ignoredHeaders: readonly HeaderRow[] = [
  ...['0', '2', 'one', '0x1'].map((count): HeaderRow => [
    'trace-count-wrong',
    'header x-datadog-trace-count',
    { 'x-datadog-trace-count': count },
  ]),
  ['trace-count-missing', 'header x-datadog-trace-count', { 'x-datadog-trace-count': undefined }],
  [
    'content-length-missing',
    'header content-length',
    { 'content-length': undefined, 'transfer-encoding': 'chunked' },
  ],
  ['content-encoding', 'header content-encoding', { 'content-encoding': 'gzip' }],
  ['lang-missing', 'header datadog-meta-lang', { 'datadog-meta-lang': undefined }],
  [
    'tracer-version-missing',
    'header datadog-meta-tracer-version',
    { 'datadog-meta-tracer-version': '' },
  ],
];

describe('what the Agent ignores', () => {
  it.each(ignoredOddities)('is reported as %s at %s', async (rule, path, body) => {
    const { agent, reply } = await send(body);

    expect(agent.violations).toEqual([violation(rule, 'ignored', path)]);
    expect(reply.status).toBe(200);
    expect(agent.spans).toHaveLength(1);
  });

  it.each(ignoredHeaders)('is reported as %s at %s', async (rule, path, headers) => {
    const { agent, reply } = await send(singleSpan(), headers);

    expect(agent.violations).toEqual([violation(rule, 'ignored', path)]);
    expect(reply.status).toBe(200);
    expect(agent.spans).toHaveLength(1);
  });

  it('keeps the last value of a key that occurs twice', async () => {
    const { agent } = await send(singleSpan({ meta: map([tag('a'), tag('b')]) }));

    expect(agent.spans[0]?.meta['k']).toBe('b');
  });
});

function tag(value: string): readonly [WireBytes, WireBytes] {
  return [str('k'), str(value)];
}

function eventWith(attribute: WireBytes): WireBytes {
  return record({ name: str('event'), attributes: record({ k: attribute }) });
}
