import { describe, expect, it } from 'vitest';
import { send, violation, type Row } from './rule-row.js';
import { payload, singleSpan, span } from './sample-payload.js';
import { record, str, uint64, type WireBytes } from './wire-bytes.js';

const SPAN = 'chunk 0, span 0';
const droppedChunks: readonly Row[] = [
  ['chunk-empty', 'chunk 0', payload([])],
  ['trace-id-zero', `${SPAN}, trace_id`, singleSpan({ trace_id: [0] })],
  ['span-id-zero', `${SPAN}, span_id`, singleSpan({ span_id: [0], parent_id: [1] })],
  ['span-foreign', 'chunk 0, span 1, trace_id', payload([span(), other({ trace_id: [5] })])],
  [
    'span-foreign',
    'chunk 0, span 1, trace_id',
    payload([span(), other({ meta: record({ '_dd.p.tid': str('00000000000000ff') }) })]),
  ],
];

describe('a trace chunk that the Agent drops', () => {
  it.each(droppedChunks)('is left out for %s at %s', async (rule, path, body) => {
    const { agent, reply } = await send(body);

    expect(agent.violations).toEqual([violation(rule, 'dropped', path)]);
    expect(reply.status).toBe(200);
    expect(agent.spans).toEqual([]);
    expect(agent.traces).toEqual([]);
    expect(agent.requests[0]?.chunks).toHaveLength(1);
  });

  it('does not take the other chunks of the payload with it', async () => {
    const { agent } = await send(payload([span({ trace_id: [0] })], [span()]), {
      'x-datadog-trace-count': '2',
    });

    expect(agent.violations.map(({ path }) => path)).toEqual([`${SPAN}, trace_id`]);
    expect(agent.spans).toHaveLength(1);
    expect(agent.requests[0]?.chunks).toHaveLength(2);
  });
});

/** A second span for the chunk of the valid one. */
function other(overrides: Readonly<Record<string, WireBytes>>): WireBytes {
  return span({ span_id: uint64(8n), parent_id: uint64(7n), ...overrides });
}
