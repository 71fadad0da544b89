import fc from 'fast-check';
import { decode } from '@msgpack/msgpack';
import { expect, it } from 'vitest';
import type { ReadableSpan } from '../../src/index.js';
import { unixNanos } from '../../src/payload/unix-nanos.js';
import { V04Encoder } from '../../src/payload/v04-encoder.js';
import { decodeStrictly, encodeWith, FOUR_MIB, NO_SETTINGS } from '../support/encoding.js';
import { chosenSeed } from '../support/seeded-random.js';
import { generatedSpan } from './generated-spans.js';
import { expectedSpan } from './mapping-oracle.js';

const CASES = 3_000;

/** One for all cases: what it remembers of earlier spans must not show in later ones. */
const encoder = new V04Encoder(NO_SETTINGS, FOUR_MIB);

function decoded(body: Uint8Array): Record<string, unknown> {
  const chunks: unknown = decode(body, { useBigInt64: true });
  const first: unknown = Array.isArray(chunks) && Array.isArray(chunks[0]) ? chunks[0][0] : {};
  return Object.fromEntries(Object.entries(first ?? {}));
}

/** -0 is 0 on the wire. */
function positiveZeros(metrics: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(metrics).map(([key, value]) => [key, value + 0]));
}

function check(span: ReadableSpan): void {
  const { payloads, dropped } = encodeWith(encoder, [span]);
  expect(dropped).toEqual({ invalid_id: 0, encode: 0, too_large: 0 });
  const body = payloads[0]?.body ?? Uint8Array.of();
  expect(decodeStrictly(body).flat()).toHaveLength(1);

  const actual = decoded(body);
  const expected = expectedSpan(span, true);
  const { traceId, spanId } = span.spanContext();
  const [start, end] = [unixNanos(span.startTime), unixNanos(span.endTime)];
  expect(actual).toMatchObject({
    ...expected,
    trace_id: BigInt(`0x${traceId.slice(16)}`),
    span_id: BigInt(`0x${spanId}`),
    parent_id: BigInt(`0x${span.parentSpanContext?.spanId ?? '0'}`),
    start,
    duration: end > start ? end - start : 0n,
    meta: {
      ...expected.meta,
      language: expected.meta['language'] || 'javascript',
      'runtime-id': expected.meta['runtime-id'] || NO_SETTINGS.runtimeId,
    },
    metrics: positiveZeros({ process_id: NO_SETTINGS.processId, ...expected.metrics }),
  });
  expect(Object.keys(actual['meta'] ?? {})).toHaveLength(Object.keys(expected.meta).length + 2);
}

const seed = chosenSeed();

it(`H24: writes what the plain mapping says, for ${CASES} generated spans, SEED=${seed}`, () => {
  fc.assert(fc.property(generatedSpan, check), { numRuns: CASES, seed });
}, 60_000);
