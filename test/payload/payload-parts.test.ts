import { describe, expect, it } from 'vitest';
import { splitPayload } from '../../src/payload/payload-parts.js';
import type { Payload } from '../../src/payload/payload-builder.js';
import { decodeStrictly, encode } from '../support/encoding.js';
import { makeSpan, type SpanFields } from '../support/spans.js';

/** A payload of traces with so many spans. */
function payloadOf(traces: readonly number[], fields: SpanFields = {}): Payload {
  const spans = traces.flatMap((count, trace) => {
    const traceId = (trace + 1).toString(16).padStart(32, '0');
    return Array.from({ length: count }, () => makeSpan({ ...fields, traceId }));
  });
  const [payload] = encode(spans).payloads;
  if (payload === undefined) throw new Error('nothing was encoded');
  return payload;
}

describe('a payload that is cut in two', () => {
  it('keeps every chunk whole and in order', () => {
    const payload = payloadOf([1, 4, 2, 3, 1]);

    const halves = splitPayload(payload);

    const chunks = halves.flatMap(({ body }) => decodeStrictly(body));
    expect(chunks).toEqual(decodeStrictly(payload.body));
    expect(halves).toHaveLength(2);
    for (const half of halves) {
      const decoded = decodeStrictly(half.body);
      expect(half.chunkCount).toBe(decoded.length);
      expect(half.spanCount).toBe(decoded.flat().length);
      expect(half.chunks.map(({ spanCount }) => spanCount)).toEqual(decoded.map((c) => c.length));
    }
  });

  it('has halves of about the same size', () => {
    const [first, second] = splitPayload(payloadOf(Array.from({ length: 100 }, () => 1)));

    expect(first?.chunkCount).toBe(50);
    expect(second?.chunkCount).toBe(50);
  });

  it.each([[[50, 1]], [[1, 50]]])('has something in each of them: %o', (traces) => {
    const halves = splitPayload(payloadOf(traces));

    expect(halves.map(({ spanCount }) => spanCount)).toEqual(traces);
  });

  it('can be cut again', () => {
    const quarters = splitPayload(payloadOf([1, 2, 3, 4])).flatMap(splitPayload);

    expect(quarters.map(({ body }) => decodeStrictly(body).flat().length)).toEqual([1, 2, 3, 4]);
  });

  it('is left alone when it is a single trace', () => {
    expect(splitPayload(payloadOf([9]))).toEqual([]);
  });
});
