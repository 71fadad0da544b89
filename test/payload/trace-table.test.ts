import { describe, expect, it } from 'vitest';
import { parseTraceId } from '../../src/payload/identifiers.js';
import type { TraceIdentity } from '../../src/payload/span-header.js';
import { TraceTable } from '../../src/payload/trace-table.js';
import { decodeStrictly, encode } from '../support/encoding.js';
import { startOwnTime } from '../support/own-time.js';
import { makeSpan } from '../support/spans.js';

/** All but the first end in the same 32 bits, or in the same 64. */
const IDS = [
  'ffffffffffffffffffffffffffffffff',
  '00000000000000010000000100000001',
  '00000000000000020000000100000001',
  '00000000000000020000000200000001',
];

/** Numbers that share a bucket of V8's `Map`. */
const CLASHING = clashing(5_000);

/** By V8's hash of integers, `ComputeUnseededHash`. */
function clashing(count: number): readonly number[] {
  const found: number[] = [];
  for (let bits = 1; found.length < count; bits++)
    if ((hashOf(bits) & 0x1f_ff) === 7) found.push(bits);
  return found;
}

function hashOf(bits: number): number {
  let hash = ~bits + (bits << 15);
  hash ^= hash >>> 12;
  hash += hash << 2;
  hash ^= hash >>> 4;
  hash = Math.imul(hash, 2_057);
  return hash ^ (hash >>> 16);
}

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

  it('finds those of a peer that makes them clash as fast as any', () => {
    const millisFor = (lowBits: readonly number[]): number => {
      const traces = lowBits.map((bits) =>
        traceOf(bits.toString(16).padStart(8, '0').padStart(32, '1')),
      );
      const table = new TraceTable<TraceIdentity>();
      const took = startOwnTime();
      for (const trace of traces) if (!table.find(trace.traceIdHex)) table.add(trace);
      return took();
    };
    const fastest = (lowBits: readonly number[]): number =>
      Math.min(...Array.from({ length: 5 }, () => millisFor(lowBits)));

    // One after another in a bucket of a `Map` these take twenty times as long.
    expect(fastest(CLASHING)).toBeLessThan(fastest(CLASHING.map((_, at) => at * 7_919)) * 5);
  });

  it('keeps the spans of traces with the same last bits apart', () => {
    const spans = [...IDS, ...IDS].map((traceId) => makeSpan({ traceId }));
    const { payloads } = encode(spans);
    const chunks = payloads.flatMap(({ body }) => decodeStrictly(body));
    expect(chunks.map((chunk) => chunk.map(({ meta }) => meta['otel.trace_id']))).toEqual(
      IDS.map((id) => [id, id]),
    );
  });
});
