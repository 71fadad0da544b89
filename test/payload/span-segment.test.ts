import { TraceState } from '@opentelemetry/core';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import type { ReadableSpan } from '../../src/index.js';
import type { Payload } from '../../src/payload/payload-builder.js';
import { noLosses } from '../../src/payload/span-loss.js';
import { SpanSegment } from '../../src/payload/span-segment.js';
import { V04Encoder } from '../../src/payload/v04-encoder.js';
import { generatedSpan } from '../oracle/generated-spans.js';
import { decodeStrictly, encodeWith, FOUR_MIB, NO_SETTINGS } from '../support/encoding.js';
import { makeSpan } from '../support/spans.js';

const TRACE_IDS = ['1', '2', '3'].map((digit) => digit.repeat(32));
/** Its last 32 bits are those of another. */
const CLASHING_ID = `${'4'.repeat(24)}${'1'.repeat(8)}`;
const LONG_KEY = 'k'.repeat(220);
const STATES = [
  'dd=s:2;o:rum;t.dm:-4;t.usr:x',
  'dd=s:1;o:synthetics',
  'dd=s:2;t.dm:-3;t.usr:x',
  'ot=th:8',
  `dd=s:1;t.${LONG_KEY}:long`,
];

type Span = { span: ReadableSpan; traceId: string; state: string | undefined; attributes: object };

function placed({ span, traceId, state, attributes }: Span): ReadableSpan {
  const traceState = state === undefined ? undefined : new TraceState(state);
  const context = { ...span.spanContext(), traceId, traceState };
  Object.assign(span.attributes, attributes);
  return Object.assign(span, { spanContext: () => context });
}

function withoutId(span: ReadableSpan): ReadableSpan {
  const context = { ...span.spanContext(), spanId: '0'.repeat(16) };
  return Object.assign(span, { spanContext: () => context });
}

/** What decides about chunks, and what clashes with that, comes more often than it would by chance. */
const spanOfFewTraces = fc
  .record({
    span: generatedSpan,
    traceId: fc.constantFrom(...TRACE_IDS, CLASHING_ID, '0'.repeat(31) + '1', 'malformed'),
    state: fc.constantFrom(undefined, undefined, ...STATES),
    attributes: fc.constantFrom(
      {},
      {},
      { 'sampling.priority': 2 },
      { _sampling_priority_v1: -1 },
      { '_dd.p.usr': 'own' },
      { '_dd.origin': 'own' },
    ),
  })
  .map(placed);

/** What decides about chunks comes seldom, and not by a tag of the span's own; some have no id and are lost. */
const usualSpan = fc
  .record({
    span: generatedSpan,
    traceId: fc.constantFrom(...TRACE_IDS, CLASHING_ID, '0'.repeat(31) + '1'),
    state: fc.oneof(
      { weight: 12, arbitrary: fc.constant(undefined) },
      { weight: 1, arbitrary: fc.constantFrom(...STATES, 'dd=s:2', 'dd=s:-1') },
    ),
    attributes: fc.oneof(
      { weight: 20, arbitrary: fc.constant({}) },
      {
        weight: 1,
        arbitrary: fc.constantFrom({ 'sampling.priority': 2 }, { 'sampling.priority': -1 }),
      },
    ),
    isLost: fc.oneof(
      { weight: 9, arbitrary: fc.constant(false) },
      { weight: 1, arbitrary: fc.constant(true) },
    ),
  })
  .map(({ isLost, ...given }) => (isLost ? withoutId(placed(given)) : placed(given)));

/** In the order of traces that end one after another. */
function byTrace(spans: readonly ReadableSpan[]): ReadableSpan[] {
  const id = (span: ReadableSpan): string => span.spanContext().traceId;
  return spans.toSorted((a, b) => id(a).localeCompare(id(b)));
}

function contentOf({ body, chunks }: Payload): object {
  return { hex: Buffer.from(body).toString('hex'), chunks };
}

function throwing(): ReadableSpan {
  return Object.defineProperty(makeSpan(), 'name', {
    get: () => {
      throw new Error('hostile');
    },
  });
}

/** One that has to be encoded once more when its chunk is known, and cannot be. */
function readableOnce(): ReadableSpan {
  let reads = 0;
  const span = makeSpan({ attributes: { '_dd.origin': 'own' } });
  const events = [{ name: 'e', time: span.startTime }];
  return Object.defineProperty(span, 'events', {
    get: () => {
      if (++reads > 1) throw new Error('hostile');
      return events;
    },
  });
}

/** How many pieces of bytes are copied. */
function copiesToGather(spans: readonly ReadableSpan[]): number {
  const segment = new SpanSegment(NO_SETTINGS, FOUR_MIB);
  for (const span of spans) segment.add(span);
  const copy = vi.spyOn(Buffer.prototype, 'copy');
  try {
    segment.gather();
    return copy.mock.calls.length;
  } finally {
    copy.mockRestore();
  }
}

describe('spans that were encoded one by one', () => {
  it('are gathered to the very bytes of a batch, also when the segment is used again', () => {
    const batch = fc.array(spanOfFewTraces, { maxLength: 40 });
    const maxPayloadBytes = fc.constantFrom(3_000, 10_000, FOUR_MIB);
    const property = fc.property(batch, batch, maxPayloadBytes, (first, second, maxBytes) => {
      const segment = new SpanSegment(NO_SETTINGS, maxBytes);
      const encoder = new V04Encoder(NO_SETTINGS, maxBytes);
      for (const spans of [first, second]) {
        const outcomes = spans.map((span) => segment.add(span));
        const { payloads, dropped } = segment.gather();
        const expected = encodeWith(encoder, spans);

        expect(payloads.map(contentOf)).toEqual(expected.payloads.map(contentOf));
        expect(dropped.too_large).toBe(expected.dropped.too_large);
        expect(outcomes.filter((outcome) => outcome === 'invalid_id')).toHaveLength(
          expected.dropped.invalid_id,
        );
      }
    });

    fc.assert(property, { numRuns: 150 });
  }, 20_000);

  it.each(['one after another', 'at once'])('are those bytes if traces end %s', (order) => {
    const batch = fc.array(usualSpan, { minLength: 1, maxLength: 20 });
    const property = fc.property(batch, fc.constantFrom(3_000, FOUR_MIB), (generated, maxBytes) => {
      const spans = order === 'at once' ? generated : byTrace(generated);
      const segment = new SpanSegment(NO_SETTINGS, maxBytes);

      for (const span of spans) segment.add(span);

      const expected = encodeWith(new V04Encoder(NO_SETTINGS, maxBytes), spans);
      const { payloads } = segment.gather();
      expect(payloads.map(contentOf)).toEqual(expected.payloads.map(contentOf));
    });

    fc.assert(property, { numRuns: 200 });
  });

  it('keep their place where one before them in their trace was lost', () => {
    const [lost, other, later] = [0, 1, 0].map((trace) =>
      makeSpan({ traceId: TRACE_IDS[trace] ?? '' }),
    );
    const spans = [withoutId(lost ?? makeSpan()), other ?? makeSpan(), later ?? makeSpan()];
    const segment = new SpanSegment(NO_SETTINGS, FOUR_MIB);

    const outcomes = spans.map((span) => segment.add(span));

    const expected = encodeWith(new V04Encoder(NO_SETTINGS, FOUR_MIB), spans);
    expect(outcomes).toEqual(['invalid_id', 'added', 'added']);
    expect(segment.gather().payloads.map(contentOf)).toEqual(expected.payloads.map(contentOf));
  });

  it('are not copied where traces end one after another', () => {
    const traceIds = Array.from({ length: 500 }, (_, at) => {
      return (100 + Math.trunc(at / 5)).toString().padStart(32, '1');
    });
    const inOrder = traceIds.map((traceId) => makeSpan({ traceId }));
    const mixed = inOrder.map((span, at) => inOrder[(at * 7) % inOrder.length] ?? span);

    expect(copiesToGather(inOrder)).toBe(0);
    expect(copiesToGather(mixed)).toBeGreaterThanOrEqual(500);
  });

  it('leave nothing behind when they throw, and are counted by the segment', () => {
    const segment = new SpanSegment(NO_SETTINGS, FOUR_MIB);

    expect([makeSpan(), throwing(), makeSpan()].map((span) => segment.add(span))).toEqual([
      'added',
      'encode',
      'added',
    ]);
    expect(segment.spanCount).toBe(2);
    expect(segment.byteCount).toBeGreaterThan(200);
    const [body = new Uint8Array()] = segment.gather().payloads.map((payload) => payload.body);
    expect(decodeStrictly(body).flat()).toHaveLength(2);
    expect([segment.spanCount, segment.byteCount]).toEqual([0, 0]);
    expect(segment.gather().payloads).toEqual([]);
  });

  it('leave nothing behind when they cannot be encoded once more, and are counted', () => {
    let reads = 0;
    const tracked = makeSpan({ attributes: { '_dd.origin': 'own' } });
    const events = [{ name: 'e', time: tracked.startTime }];
    const span = Object.defineProperty(tracked, 'events', {
      get: () => {
        if (++reads > 1) throw new Error('hostile');
        return events;
      },
    });
    const segment = new SpanSegment(NO_SETTINGS, FOUR_MIB);

    segment.add(span);
    const alone = segment.gather();
    reads = 0;
    for (const one of [makeSpan(), span, makeSpan()]) segment.add(one);
    const { payloads, dropped } = segment.gather();

    expect(alone).toEqual({ payloads: [], dropped: { ...noLosses(), encode: 1 } });
    expect(dropped.encode).toBe(1);
    expect(payloads.flatMap(({ body }) => decodeStrictly(body).flat())).toHaveLength(2);
  });

  it('take room also when they come to nothing, as their traces do', () => {
    const segment = new SpanSegment(NO_SETTINGS, FOUR_MIB);

    for (let span = 0; span < 10; span++) segment.add(throwing());

    expect([segment.spanCount, segment.byteCount]).toEqual([0, 2_560]);
    segment.clear();
    expect(segment.byteCount).toBe(0);
  });

  it('are counted beside one that is too large, when they cannot be encoded once more', () => {
    const large = makeSpan({ attributes: { text: 'x'.repeat(9_000) } });
    const segment = new SpanSegment(NO_SETTINGS, 5_000);

    for (const span of [readableOnce(), large, makeSpan()]) segment.add(span);
    const { payloads, dropped } = segment.gather();

    expect(dropped).toEqual({ ...noLosses(), too_large: 1, encode: 1 });
    expect(payloads.map(({ spanCount }) => spanCount)).toEqual([1]);
  });

  it('are counted once when their chunk begins anew in the next payload', () => {
    const span = readableOnce();
    const large = { attributes: { text: 'x'.repeat(600) } };
    const segment = new SpanSegment(NO_SETTINGS, 2_500);

    segment.add(makeSpan({ ...large, traceId: TRACE_IDS[0] ?? '' }));
    for (const one of [span, makeSpan(large), makeSpan(large)]) segment.add(one);
    const { payloads, dropped } = segment.gather();

    expect(dropped.encode).toBe(1);
    expect(payloads.map(({ spanCount }) => spanCount)).toEqual([1, 2]);
  });

  it.each(['_dd.p.usr', '_dd.p.dm', '_dd.origin'])('have the %s of their resource', (name) => {
    const resource = { attributes: { [name]: 'own' } };
    const segment = new SpanSegment(NO_SETTINGS, FOUR_MIB);
    const spans = [undefined, ...STATES].map((state) => {
      const traceState = state === undefined ? undefined : new TraceState(state);
      const span = makeSpan({ resource });
      const context = { ...span.spanContext(), traceState };
      return Object.assign(span, { spanContext: () => context });
    });
    for (const span of spans) segment.add(span);

    const { payloads } = encodeWith(new V04Encoder(NO_SETTINGS, FOUR_MIB), spans);

    expect(segment.gather().payloads.map(contentOf)).toEqual(payloads.map(contentOf));
  });

  it('may change afterwards', () => {
    const segment = new SpanSegment(NO_SETTINGS, FOUR_MIB);
    const spans = [1, 2, 3].map(() => {
      return makeSpan({ attributes: { '_dd.p.usr': 'kept', state: 'ended' } });
    });
    for (const span of spans) {
      segment.add(span);
      span.attributes['state'] = 'changed';
    }

    const [{ body } = { body: new Uint8Array() }] = segment.gather().payloads;

    expect(
      decodeStrictly(body)
        .flat()
        .map(({ meta }) => meta['state']),
    ).toEqual(['ended', 'ended', 'ended']);
  });
});
