import { describe, expect, it } from 'vitest';
import { send, violation, type Row } from './rule-row.js';
import { payload, singleSpan, spanWithEntries } from './sample-payload.js';
import {
  array,
  bin,
  FLOAT32_ONE,
  float64,
  map,
  NIL,
  record,
  str,
  TRUE,
  uint64,
  type WireBytes,
} from './wire-bytes.js';

const SPAN = 'chunk 0, span 0';
const DEEP = Array.from({ length: 100_001 }, () => 0x91);

const refusedPayloads: readonly Row[] = [
  ['wire-type', `${SPAN}, start`, singleSpan({ start: float64(1.76e18) })],
  ['wire-type', `${SPAN}, duration`, singleSpan({ duration: float64(5e9) })],
  ['wire-type', `${SPAN}, duration`, singleSpan({ duration: str('1') })],
  ['wire-type', `${SPAN}, error`, singleSpan({ error: TRUE })],
  ['wire-type', `${SPAN}, error`, singleSpan({ error: float64(1) })],
  ['wire-type', `${SPAN}, trace_id`, singleSpan({ trace_id: str('abc') })],
  ['wire-type', `${SPAN}, span_id`, singleSpan({ span_id: float64(7) })],
  ['wire-type', `${SPAN}, parent_id`, singleSpan({ parent_id: bin([1]) })],
  ['wire-type', `${SPAN}, service`, singleSpan({ service: [1] })],
  ['wire-type', `${SPAN}, meta`, singleSpan({ meta: array([]) })],
  ['wire-type', `${SPAN}, meta, k`, singleSpan({ meta: record({ k: [1] }) })],
  ['wire-type', `${SPAN}, meta, key 0`, singleSpan({ meta: map([[[1], str('v')]]) })],
  ['wire-type', `${SPAN}, metrics, k`, singleSpan({ metrics: record({ k: FLOAT32_ONE }) })],
  ['wire-type', `${SPAN}, metrics, k`, singleSpan({ metrics: record({ k: TRUE }) })],
  ['wire-type', `${SPAN}, metrics, k`, singleSpan({ metrics: record({ k: str('1') }) })],
  ['wire-type', `${SPAN}, meta_struct, k`, singleSpan({ meta_struct: record({ k: str('v') }) })],
  ['wire-type', `${SPAN}, span_links`, singleSpan({ span_links: NIL })],
  [
    'wire-type',
    `${SPAN}, span_links, link 0, trace_id`,
    singleSpan({ span_links: array([record({ trace_id: float64(1) })]) }),
  ],
  [
    'wire-type',
    `${SPAN}, span_links, link 0, attributes, k`,
    singleSpan({ span_links: array([record({ attributes: record({ k: [1] }) })]) }),
  ],
  [
    'wire-type',
    `${SPAN}, span_events, event 0, time_unix_nano`,
    singleSpan({ span_events: array([record({ time_unix_nano: float64(1.76e18) })]) }),
  ],
  [
    'wire-type',
    `${SPAN}, span_events, event 0, attributes, k, double_value`,
    singleSpan({
      span_events: array([eventWith(record({ type: [3], double_value: [0x07] }))]),
    }),
  ],
  ['wire-type', 'payload', record({})],
  ['wire-type', 'payload', [0x1f, 0x8b, 0x08, 0x00]],
  ['wire-type', 'chunk 0', array([record({})])],
  ['wire-type', SPAN, payload([str('span')])],
  ['wire-type', `${SPAN}, key 12`, payload([spanWithEntries([NIL, NIL])])],
  ['wire-type', `${SPAN}, odd`, singleSpan({ odd: [0xc1] })],
  ['integer-overflow', `${SPAN}, start`, singleSpan({ start: uint64(2n ** 63n) })],
  ['integer-overflow', `${SPAN}, error`, singleSpan({ error: uint64(2n ** 31n) })],
  [
    'integer-overflow',
    `${SPAN}, span_links, link 0, flags`,
    singleSpan({ span_links: array([record({ flags: uint64(2n ** 32n) })]) }),
  ],
  [
    'integer-overflow',
    `${SPAN}, span_links, link 0, trace_id_high`,
    singleSpan({ span_links: array([record({ trace_id_high: [0xff] })]) }),
  ],
  ['payload-truncated', 'payload', []],
  ['payload-truncated', 'payload', [0xdd, 0, 0]],
  ['payload-truncated', 'payload', [0xdd, 0, 0, 1, 0]],
  ['payload-truncated', `${SPAN}, metrics, _sampling_priority_v1`, singleSpan().slice(0, -1)],
  ['payload-truncated', `${SPAN}, service`, [0x91, 0x91, 0x81, ...str('service'), 0xd9, 9, 0x61]],
  ['container-too-large', 'payload', [0xdd, 0xff, 0xff, 0xff, 0xff]],
  ['container-too-large', SPAN, [0x91, 0x91, 0xdf, 0x7f, 0xff, 0xff, 0xff]],
  ['nested-too-deep', `${SPAN}, odd`, singleSpan({ odd: [...DEEP, 0] })],
];

describe('a payload that the Agent refuses', () => {
  it.each(refusedPayloads)('is answered 400 for %s at %s', async (rule, path, body) => {
    const { agent, reply } = await send(body);

    expect(agent.violations).toEqual([violation(rule, 'refused', path)]);
    expect(reply.status).toBe(400);
    expect(reply.headers['content-type']).toMatch(/^text\/plain/);
    expect(reply.text).toBe(`${agent.violations[0]?.message}\n`);
    expect(agent.spans).toEqual([]);
    expect(agent.requests[0]?.chunks).toEqual([]);
  });

  it.each(['', 'application/json', 'text/plain', 'msgpack', 'application/msgpack2'])(
    'is answered 400 for the content type "%s"',
    async (contentType) => {
      const { agent, reply } = await send(singleSpan(), { 'content-type': contentType });

      expect(agent.violations).toEqual([
        violation('content-type', 'refused', 'header content-type'),
      ]);
      expect(reply.status).toBe(400);
      expect(agent.spans).toEqual([]);
    },
  );

  it('is answered 403 if a page of another site sent it', async () => {
    const { agent, reply } = await send(singleSpan(), { 'sec-fetch-site': 'cross-site' });

    expect(agent.violations).toEqual([violation('cross-site', 'refused', 'header sec-fetch-site')]);
    expect(reply.status).toBe(403);
    expect(reply.text).toBe('cross-site request rejected\n');
  });
});

function eventWith(attribute: WireBytes): WireBytes {
  return record({ name: str('event'), attributes: record({ k: attribute }) });
}
