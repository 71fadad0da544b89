import { describe, expect, it } from 'vitest';
import { send, violation, type Row } from './rule-row.js';
import { payload, singleSpan, span, spanWithEntries } from './sample-payload.js';
import { array, bin, float64, int64, map, NIL, record, str, uint64 } from './wire-bytes.js';

const SPAN = 'chunk 0, span 0';
const repairedSpans: readonly Row[] = [
  ['nil-value', `${SPAN}, type`, singleSpan({ type: NIL })],
  ['nil-value', `${SPAN}, parent_id`, singleSpan({ parent_id: NIL })],
  ['nil-value', `${SPAN}, duration`, singleSpan({ duration: NIL })],
  ['nil-value', `${SPAN}, error`, singleSpan({ error: NIL })],
  ['nil-value', `${SPAN}, meta`, singleSpan({ meta: NIL })],
  ['nil-value', `${SPAN}, meta, k`, singleSpan({ meta: record({ k: NIL }) })],
  ['nil-value', `${SPAN}, metrics, k`, singleSpan({ metrics: record({ k: NIL }) })],
  ['bin-string', `${SPAN}, service`, singleSpan({ service: bin([0x61]) })],
  ['bin-string', `${SPAN}, meta, k`, singleSpan({ meta: record({ k: bin([0x61]) }) })],
  ['bin-string', `${SPAN}, key 12`, payload([spanWithEntries([bin([0x65]), NIL])])],
  ['invalid-utf8', `${SPAN}, resource`, singleSpan({ resource: str([0xed, 0xa0, 0x80]) })],
  ['invalid-utf8', `${SPAN}, meta, key 0`, singleSpan({ meta: map([[str([0xff]), str('v')]]) })],
  ['negative-id', `${SPAN}, span_id`, singleSpan({ span_id: int64(-1n) })],
  ['service-empty', `${SPAN}, service`, singleSpan({ service: str('') })],
  ['name-empty', `${SPAN}, name`, singleSpan({ name: str('') })],
  ['resource-empty', `${SPAN}, resource`, singleSpan({ resource: str('') })],
  ['service-too-long', `${SPAN}, service`, singleSpan({ service: str('é'.repeat(51)) })],
  ['name-too-long', `${SPAN}, name`, singleSpan({ name: str('n'.repeat(101)) })],
  ['type-too-long', `${SPAN}, type`, singleSpan({ type: str('t'.repeat(101)) })],
  ['resource-too-long', `${SPAN}, resource`, singleSpan({ resource: str('r'.repeat(5001)) })],
  ['duration-negative', `${SPAN}, duration`, singleSpan({ duration: int64(-1n) })],
  ['duration-overflow', `${SPAN}, duration`, singleSpan({ duration: uint64(2n ** 63n - 1n) })],
  ['start-before-2000', `${SPAN}, start`, singleSpan({ start: uint64(946_684_799_999_999_999n) })],
  [
    'negative-id',
    `${SPAN}, span_links, link 0, span_id`,
    singleSpan({ span_links: array([record({ span_id: [0xff] })]) }),
  ],
  [
    'nil-value',
    `${SPAN}, span_links, link 0, trace_id`,
    singleSpan({ span_links: array([record({ trace_id: NIL })]) }),
  ],
  [
    'bin-string',
    `${SPAN}, span_events, event 0, name`,
    singleSpan({ span_events: array([record({ name: bin([0x61]) })]) }),
  ],
  [
    'bin-string',
    `${SPAN}, meta_struct, key 0`,
    singleSpan({ meta_struct: map([[bin([0x61]), bin([1])]]) }),
  ],
  ['parent-is-self', `${SPAN}, parent_id`, singleSpan({ parent_id: uint64(7n) })],
  ['span-id-duplicate', 'chunk 0, span 1, span_id', payload([span(), span()])],
  [
    'tag-key-too-long',
    `${SPAN}, meta, ${'k'.repeat(60)}...`,
    singleSpan({ meta: record({ ['k'.repeat(201)]: str('v') }) }),
  ],
  [
    'tag-key-too-long',
    `${SPAN}, metrics, ${'k'.repeat(60)}...`,
    singleSpan({ metrics: record({ ['k'.repeat(201)]: [1] }) }),
  ],
  [
    'meta-value-too-long',
    `${SPAN}, meta, k`,
    singleSpan({ meta: record({ k: str('v'.repeat(25_001)) }) }),
  ],
  [
    'service-tag-too-long',
    `${SPAN}, meta, peer.service`,
    singleSpan({ meta: record({ 'peer.service': str('s'.repeat(101)) }) }),
  ],
  ...['', '99', '600', '200.5', '+200', 'OK'].map((code): Row => [
    'http-status-code-invalid',
    `${SPAN}, meta, http.status_code`,
    singleSpan({ meta: record({ 'http.status_code': str(code) }) }),
  ]),
  ...[NaN, Infinity, -Infinity].map((value): Row => [
    'metric-not-finite',
    `${SPAN}, metrics, k`,
    singleSpan({ metrics: record({ k: float64(value) }) }),
  ]),
];

describe('a span that the Agent repairs', () => {
  it.each(repairedSpans)('is received, with %s at %s', async (rule, path, body) => {
    const { agent, reply } = await send(body);

    expect(agent.violations).toContainEqual(violation(rule, 'repaired', path));
    expect(agent.violations.filter(({ effect }) => effect === 'repaired')).toHaveLength(1);
    expect(reply.status).toBe(200);
    expect(agent.spans.length).toBeGreaterThan(0);
  });

  it('shows the text with replacement characters', async () => {
    const { agent } = await send(singleSpan({ resource: str([0x61, 0xff, 0x62]) }));

    expect(agent.spans[0]?.resource).toBe('a\u{FFFD}b');
  });

  it('shows the bits of a negative id as an unsigned number', async () => {
    const { agent } = await send(singleSpan({ span_id: int64(-1n) }));

    expect(agent.spans[0]?.spanId).toBe(2n ** 64n - 1n);
  });
});
