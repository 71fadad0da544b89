import { parse as parseQuery } from 'node:querystring';
import type { Attributes } from '@opentelemetry/api';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ReadableSpan, TimedEvent } from '../../src/index.js';
import { V04Encoder } from '../../src/payload/v04-encoder.js';
import type { EncodedPart } from '../../src/payload/payload-series.js';
import type { V04Encoding } from '../../src/payload/v04-encoding.js';
import { generatedSpan } from '../oracle/generated-spans.js';
import { decodeStrictly, encodeWith, FOUR_MIB, NO_SETTINGS } from '../support/encoding.js';
import { makeSpan, makeSpans, SPAN_ID } from '../support/spans.js';

const TRACE_IDS = ['1', '2', '3'].map((digit) => digit.repeat(32));

const spanOfFewTraces = fc
  .tuple(generatedSpan, fc.constantFrom(...TRACE_IDS), fc.constantFrom(undefined, -1, 2))
  .map(([span, traceId, priority]): ReadableSpan => {
    const context = { ...span.spanContext(), traceId };
    if (priority !== undefined) span.attributes['sampling.priority'] = priority;
    return Object.assign(span, { spanContext: () => context });
  });
const batch = fc.array(spanOfFewTraces, { maxLength: 40 });
/** From such that cut every trace to such that hold all. */
const maxPayloadBytes = fc.constantFrom(3_000, 10_000, FOUR_MIB);

function newEncoder(maxBytes: number = FOUR_MIB): V04Encoder {
  return new V04Encoder(NO_SETTINGS, maxBytes);
}

/** One step; its payloads in hexadecimal digits, and what it dropped. */
function readable({ payloads, dropped }: EncodedPart): { bodies: string[]; dropped: number } {
  return {
    bodies: payloads.map(({ body }) => Buffer.from(body).toString('hex')),
    dropped: dropped.invalid_id + dropped.encode + dropped.too_large,
  };
}

function finish(
  encoding: V04Encoding,
  maxSpans: number,
  maxBytes?: number,
): ReturnType<typeof readable> {
  const bodies: string[] = [];
  let dropped = 0;
  while (!encoding.isDone) {
    const step = readable(encoding.advance(maxSpans, maxBytes));
    bodies.push(...step.bodies);
    dropped += step.dropped;
  }
  return { bodies, dropped };
}

describe('an encoding that pauses', () => {
  it('comes to the same bytes however often it does', () => {
    const steps = fc.integer({ min: 1, max: 9 });
    const property = fc.property(batch, steps, maxPayloadBytes, (spans, maxSpans, maxBytes) => {
      const atOnce = readable(encodeWith(newEncoder(maxBytes), spans));

      expect(finish(newEncoder(maxBytes).begin(spans), maxSpans)).toEqual(atOnce);
    });

    fc.assert(property, { numRuns: 300 });
  });

  it('comes to the same bytes however few of them it may write at a time', () => {
    const steps = fc.integer({ min: 1, max: 9_000 });
    const property = fc.property(batch, steps, maxPayloadBytes, (spans, stepBytes, maxBytes) => {
      const atOnce = readable(encodeWith(newEncoder(maxBytes), spans));

      expect(finish(newEncoder(maxBytes).begin(spans), Infinity, stepBytes)).toEqual(atOnce);
    });

    fc.assert(property, { numRuns: 200 });
  });

  it('pauses after the span with which it has written as much as it may', () => {
    const text = 'x'.repeat(10_000);
    const encoding = newEncoder().begin(makeSpans(9, { attributes: { text } }));
    const opened: number[] = [];

    while (!encoding.isDone) {
      encoding.advance(Infinity, 15_000);
      opened.push(Math.floor(encoding.openBytes / text.length));
    }

    expect(opened).toEqual([2, 4, 6, 8, 0]);
  });

  it('is not disturbed by others of the same encoder', () => {
    const property = fc.property(batch, batch, maxPayloadBytes, (spans, others, maxBytes) => {
      const encoder = newEncoder(maxBytes);
      const [first, second] = [encoder.begin(spans), encoder.begin(others)];
      const bodies: string[] = [];

      while (!first.isDone) {
        bodies.push(...readable(first.advance(3)).bodies);
        if (!second.isDone) second.advance(2);
      }

      expect(bodies).toEqual(readable(encodeWith(newEncoder(maxBytes), spans)).bodies);
    });

    fc.assert(property, { numRuns: 200 });
  });

  it('keeps a trace together in one chunk', () => {
    const encoding = newEncoder().begin(makeSpans(1_000));
    const bodies: Uint8Array[] = [];

    while (!encoding.isDone) {
      bodies.push(...encoding.advance(64).payloads.map(({ body }) => body));
    }

    expect(bodies.flatMap((body) => decodeStrictly(body)).map(({ length }) => length)).toEqual([
      1_000,
    ]);
  });

  it('does not mind what happens to spans that it was told to keep', () => {
    const given = [...makeSpans(4), ...makeSpans(4, { traceId: TRACE_IDS[0] ?? '' })];
    const spans = given.map((span, at) => withDetails(at % 2 === 0 ? span : ofSdk1(span)));
    const atOnce = readable(encodeWith(newEncoder(), spans));
    const encoding = newEncoder().begin(spans);

    encoding.advance(2);
    encoding.keepRest();
    for (const span of spans) spoil(span);

    expect(finish(encoding, 3)).toEqual(atOnce);
  });

  it('keeps what can be read of spans that are odd', () => {
    const odd = { value: 'before', list: [{ deep: 'before' }], dated: new Date(0) };
    const cycle: Record<string, unknown> = { deep: 'before' };
    Object.assign(cycle, { cycle });
    const attributes: Attributes = {};
    Object.assign(attributes, odd, { cycle });
    const getter = { enumerable: true, get: throwing };
    const link = { context: makeSpan().spanContext(), attributes };
    const event: TimedEvent = { name: 'e', time: [1_700_000_000, 0], attributes };
    Object.defineProperty(attributes, 'bad', getter);
    const links = Object.assign([link], { 1: null });
    const given = [makeSpan(), { ...makeSpan({ attributes }), events: [event], links }];
    const atOnce = readable(encodeWith(newEncoder(), given));
    const encoding = newEncoder().begin(given);

    encoding.keepRest();
    Object.assign(attributes, { value: 'after' });
    Object.assign(odd.list[0] ?? {}, { deep: 'after' });
    odd.dated.setTime(1);

    expect(finish(encoding, 3)).toEqual(atOnce);
  });

  it('keeps no more of an object than a tag can hold', () => {
    let doubled: unknown = 'leaf';
    for (let depth = 0; depth < 40; depth++) doubled = [doubled, doubled];
    const attributes: Attributes = {};
    Object.assign(attributes, { doubled });
    const encoding = newEncoder().begin(makeSpans(1, { attributes }));

    encoding.keepRest();

    expect(readable(encoding.advance(Infinity)).dropped).toBe(0);
  });

  it('reads a span that cannot be copied when its turn comes', () => {
    const hostile = Object.defineProperty(makeSpan(), 'attributes', {
      get: () => {
        throw new Error('no');
      },
    });
    const encoding = newEncoder().begin([makeSpan(), hostile, makeSpan()]);

    encoding.keepRest();

    const { payloads, dropped } = encoding.advance(Infinity);
    expect(dropped).toEqual({ invalid_id: 0, encode: 1, too_large: 0 });
    expect(payloads.map(({ spanCount }) => spanCount)).toEqual([2]);
  });
});

describe('a payload that is cut before it is full', () => {
  const other = TRACE_IDS[1] ?? '';

  it('ends before the trace that is being written', () => {
    const encoding = newEncoder().begin([...makeSpans(2), ...makeSpans(5, { traceId: other })]);

    encoding.advance(4);
    const cut = encoding.completeOpen();

    expect(cut.payloads.map(({ spanCount }) => spanCount)).toEqual([2]);
    expect(encoding.advance(Infinity).payloads.map(({ spanCount }) => spanCount)).toEqual([5]);
  });

  it('splits a trace that it holds alone, the same for all who ask for no priority', () => {
    const encoding = newEncoder().begin(makeSpans(5));

    encoding.advance(2);
    const chunks = [encoding.completeOpen(), encoding.advance(Infinity)].flatMap(({ payloads }) =>
      payloads.flatMap(({ body }) => decodeStrictly(body)),
    );

    expect(chunks.map(({ length }) => length)).toEqual([2, 3]);
    for (const [first] of chunks) expect(first?.meta['_dd.p.dm']).toBe('-9');
  });

  it('asks the whole trace for its priority before it splits it', () => {
    const last = makeSpan({ attributes: { 'sampling.priority': 2 } });
    const encoding = newEncoder().begin([...makeSpans(4), last]);

    encoding.advance(2);
    const bodies = [
      encoding.completeOpen(),
      encoding.advance(3),
      encoding.completeOpen(),
      encoding.advance(9),
    ];

    const chunks = bodies.flatMap(({ payloads }) =>
      payloads.flatMap(({ body }) => decodeStrictly(body)),
    );
    expect(chunks.map(({ length }) => length)).toEqual([3, 2]);
    for (const [first] of chunks) expect(first?.metrics['_sampling_priority_v1']).toBe(2);
  });

  it('is none if nothing is open', () => {
    const encoding = newEncoder().begin(makeSpans(3));
    expect([encoding.completeOpen().payloads, encoding.openBytes]).toEqual([[], 0]);

    encoding.advance(2);
    expect(encoding.openBytes).toBeGreaterThan(300);
    encoding.completeOpen();

    expect([encoding.openBytes, encoding.completeOpen().payloads]).toEqual([0, []]);
  });
});

/** With something in every part that can be changed later. */
function withDetails(span: ReadableSpan): ReadableSpan {
  const attributes: Attributes = { text: 'a', list: ['b', 'c'] };
  Object.assign(attributes, { query: parseQuery('page=1'), bytes: Buffer.of(1, 2) });
  return {
    ...span,
    attributes,
    status: { code: 2, message: 'failed' },
    startTime: [1_700_000_000, 1],
    endTime: [1_700_000_002, 2],
    events: [
      {
        name: 'exception',
        time: [1_700_000_001, 0],
        attributes: { 'exception.type': 'E' },
        droppedAttributesCount: 3,
      },
    ],
    links: [{ context: span.spanContext(), attributes: { of: 'link' } }],
  };
}

/** What SDK 1.30 calls otherwise. */
function ofSdk1(span: ReadableSpan): ReadableSpan {
  return {
    ...span,
    parentSpanId: SPAN_ID,
    instrumentationScope: undefined,
    instrumentationLibrary: { name: 'library', version: '1.30.0' },
  };
}

function throwing(): never {
  throw new Error('no');
}

function spoil(span: ReadableSpan): void {
  const { attributes, status, startTime, endTime, events, links } = span;
  Object.assign(span, { name: 'spoilt', kind: 4, parentSpanId: undefined });
  Object.assign(attributes['list'] ?? [], ['spoilt']);
  Object.assign(attributes['query'] ?? {}, { page: 'spoilt' });
  Object.assign(attributes['bytes'] ?? [], [3]);
  Object.assign(attributes, { text: 'spoilt', more: 1 });
  Object.assign(status, { code: 0, message: 'spoilt' });
  Object.assign(startTime, [1, 1]);
  Object.assign(endTime, [3, 3]);
  for (const event of events) {
    Object.assign(event.attributes ?? {}, { 'exception.type': 'spoilt' });
    Object.assign(event.time, [2, 2]);
    Object.assign(event, { name: 'spoilt', droppedAttributesCount: 0 });
  }
  for (const { attributes: of } of links) Object.assign(of ?? {}, { of: 'spoilt' });
}
