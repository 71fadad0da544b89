import { describe, expect, it } from 'vitest';
import { parseTraceId } from '../../src/payload/identifiers.js';
import type { TraceIdentity } from '../../src/payload/span-header.js';
import { TraceTable } from '../../src/payload/trace-table.js';
import { encode } from '../support/encoding.js';
import { makeSpan } from '../support/spans.js';

/** All but the first end in the same 32 bits, or in the same 64. */
const IDS = [
  'ffffffffffffffffffffffffffffffff',
  '00000000000000010000000100000001',
  '00000000000000020000000100000001',
  '00000000000000020000000200000001',
];

function traceOf(traceIdHex: string): TraceIdentity {
  const traceIdLow64 = parseTraceId(traceIdHex);
  if (traceIdLow64 === undefined) throw new Error(`malformed: ${traceIdHex}`);
  return { traceIdHex, traceIdLow64 };
}

describe('a table of traces', () => {
  it('finds each by all of its id, in any order', () => {
    const table = new TraceTable<TraceIdentity>();
    const traces = IDS.map(traceOf);
    for (const trace of traces) {
      expect(table.find(trace.traceIdHex)).toBeUndefined();
      table.add(trace);
    }
    for (const trace of [...traces, ...traces.toReversed()]) {
      expect(table.find(trace.traceIdHex)).toBe(trace);
    }
    expect(table.all).toEqual(traces);
  });

  it.each(['malformed', '', 'F'.repeat(32), 'ffffffff'])('knows nothing of %j', (id) => {
    const table = new TraceTable<TraceIdentity>();
    for (const trace of IDS.map(traceOf)) table.add(trace);
    expect(table.find(id)).toBeUndefined();
  });

  it('keeps the spans of traces with the same last bits apart', () => {
    const spans = [...IDS, ...IDS].map((traceId) => makeSpan({ traceId }));
    const { payloads } = encode(spans);
    const chunks = payloads.flatMap((payload) => payload.chunks);
    expect(chunks.map(({ traceId, spanCount }) => [traceId, spanCount])).toEqual(
      IDS.map((id) => [id, 2]),
    );
  });
});
