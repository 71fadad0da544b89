import type { Attributes, TraceState } from '@opentelemetry/api';
import { TraceState as W3cTraceState } from '@opentelemetry/core';
import { describe, expect, it } from 'vitest';
import type { ReceivedSpan } from '../../src/dev-agent/index.js';
import type { ReadableSpan } from '../../src/index.js';
import { samplingPriorityOf } from '../../src/payload/chunk-tags.js';
import { type TraceChunk, TraceGrouping } from '../../src/payload/trace-chunks.js';
import { decodeStrictly, encode, FOUR_MIB } from '../support/encoding.js';
import { makeSpan, nextSpanId, TRACE_ID } from '../support/spans.js';

function withState(traceState: TraceState, attributes: Attributes = {}): ReadableSpan {
  const context = { traceId: TRACE_ID, spanId: nextSpanId(), traceFlags: 1, traceState };
  return Object.assign(makeSpan({ attributes }), { spanContext: () => context });
}

function received(
  spans: readonly ReadableSpan[],
  maxPayloadBytes = FOUR_MIB,
): readonly (readonly ReceivedSpan[])[] {
  return encode(spans, {}, maxPayloadBytes).payloads.flatMap(({ body }) => decodeStrictly(body));
}

/** The only chunk of these spans. */
function chunkOf(spans: readonly ReadableSpan[]): TraceChunk {
  const grouping = new TraceGrouping();
  for (const span of spans) grouping.add(span);
  const [chunk] = grouping.chunks;
  if (chunk === undefined) throw new Error('no chunk');
  return chunk;
}

/** Priority and decision maker of each span of the only chunk. */
function decisions(spans: readonly ReadableSpan[]): [number | undefined, string | undefined][] {
  return (received(spans)[0] ?? []).map(({ meta, metrics }) => [
    metrics['_sampling_priority_v1'],
    meta['_dd.p.dm'],
  ]);
}

describe('a trace', () => {
  it('that the SDK sampled is kept, decided by it', () => {
    expect(decisions([makeSpan(), makeSpan()])).toEqual([
      [1, '-9'],
      [undefined, undefined],
    ]);
  });

  it('has the priority that the last of its spans asks for', () => {
    const spans = [-1, undefined, 3].map((priority) =>
      makeSpan({ attributes: priority === undefined ? {} : { 'sampling.priority': priority } }),
    );

    expect(decisions(spans)).toEqual([
      [3, '-4'],
      [undefined, undefined],
      [undefined, undefined],
    ]);
  });

  it.each<[Attributes, number]>([
    [{ _sampling_priority_v1: 2, 'sampling.priority': -1 }, 2],
    [{ 'sampling.priority': -1, note: 'between', _sampling_priority_v1: 2 }, -1],
    [{ 'sampling.priority': NaN, _sampling_priority_v1: 2 }, 2],
  ])('is decided by the first of two attributes that ask, as of %j', (attributes, expected) => {
    expect(decisions([makeSpan({ attributes })])[0]?.[0]).toBe(expected);
  });

  it('has no priority of a span that has no valid id, and so is not sent', () => {
    const attributes = { 'sampling.priority': -1 };
    const spans = [
      makeSpan({ attributes: { 'sampling.priority': 2 } }),
      makeSpan({ attributes, spanId: 'malformed' }),
    ];

    expect(decisions(spans)).toEqual([[2, '-4']]);
  });

  it('is dropped by hand without a decision maker', () => {
    expect(decisions([makeSpan({ attributes: { _sampling_priority_v1: -1 } })])).toEqual([
      [-1, undefined],
    ]);
  });

  it('is not decided by text', () => {
    const [[span] = []] = received([makeSpan({ attributes: { 'sampling.priority': '2' } })]);

    expect(span?.metrics['_sampling_priority_v1']).toBe(1);
    expect(span?.meta['sampling.priority']).toBe('2');
  });

  it('is asked no further back than to the last span that decides', () => {
    const asked: string[] = [];
    const spans = ['first', 'second', 'last'].map((name) => {
      const attributes = name === 'first' ? {} : { 'sampling.priority': 2 };
      const get = (): Attributes => {
        asked.push(name);
        return attributes;
      };
      return Object.defineProperty(makeSpan(), 'attributes', { get });
    });
    const chunk = chunkOf(spans);

    expect(samplingPriorityOf(chunk)).toBe(2);
    expect(asked).toEqual(['last']);
  });

  it('has one decision, also when it takes several payloads', () => {
    const filler = Array.from({ length: 40 }, () => makeSpan());
    const spans = [...filler, makeSpan({ attributes: { 'sampling.priority': 2 } })];

    const chunks = received(spans, 5_000);

    expect(chunks.length).toBeGreaterThan(2);
    expect(chunks.flat()).toHaveLength(41);
    expect(new Set(chunks.map(([first]) => first?.metrics['_sampling_priority_v1']))).toEqual(
      new Set([2]),
    );
  });

  it('stays in the payload that it just fits with the decision of its spans', () => {
    const other = { traceId: 'f'.repeat(32), spanId: nextSpanId(), traceFlags: 1 };
    const spans = [
      Object.assign(makeSpan(), { spanContext: () => other }),
      makeSpan({ attributes: { note: 'undecided' } }),
      makeSpan({ attributes: { 'sampling.priority': -1 } }),
    ];
    const bytes = encode(spans, {}, FOUR_MIB).payloads.map(({ body }) => body.length);

    const payloads = encode(spans, {}, bytes[0]).payloads;

    expect(payloads.map(({ body }) => body.length)).toEqual(bytes);
  });

  it('follows what an upstream service decided in its tracestate', () => {
    const state = new W3cTraceState('dd=s:2;o:rum;t.dm:-4;t.usr:x~,other=1');
    const [[first, second] = []] = received([withState(state), withState(state)]);

    expect(first?.metrics['_sampling_priority_v1']).toBe(2);
    expect(first?.meta).toMatchObject({
      '_dd.p.dm': '-4',
      '_dd.p.usr': 'x=',
      '_dd.origin': 'rum',
      'w3c.tracestate': 'dd=s:2;o:rum;t.dm:-4;t.usr:x~,other=1',
    });
    expect(second?.meta['_dd.origin']).toBe('rum');
    expect(second?.meta).not.toHaveProperty('_dd.p.usr');
  });

  it('that its resource says something of has the tag once, as upstream said', () => {
    const resource = {
      attributes: { '_dd.p.usr': 'resource', '_dd.origin': 'resource', note: 'n' },
    };
    const state = new W3cTraceState('dd=s:1;o:rum;t.usr:upstream');
    const spans = [1, 2].map(() => Object.assign(withState(state), { resource }));

    // A tag that is there twice does not pass the decoder.
    expect(received(spans)[0]?.map(({ meta }) => meta)).toMatchObject([
      { '_dd.p.usr': 'upstream', '_dd.origin': 'rum', note: 'n' },
      { '_dd.p.usr': 'resource', '_dd.origin': 'rum', note: 'n' },
    ]);
  });

  it('that its resource says something of has it once, also without an origin', () => {
    const resource = { attributes: { '_dd.p.usr': 'resource' } };
    const span = withState(new W3cTraceState('dd=s:1;t.usr:upstream'));

    const [[first] = []] = received([Object.assign(span, { resource })]);

    expect(first?.meta['_dd.p.usr']).toBe('upstream');
  });

  it('with an empty tracestate is as one without', () => {
    const [[span] = []] = received([withState(new W3cTraceState(''))]);

    expect(span?.meta).not.toHaveProperty(['w3c.tracestate']);
    expect(span?.metrics['_sampling_priority_v1']).toBe(1);
  });

  it('names no decision maker that it does not know', () => {
    expect(decisions([withState(new W3cTraceState('dd=s:1'))])).toEqual([[1, undefined]]);
    expect(decisions([withState(new W3cTraceState('dd=s:0;t.dm:-3'))])).toEqual([[0, undefined]]);
  });
});

describe('the sample rate', () => {
  it.each<[string, Attributes, number | undefined]>([
    ['ot=th:8', {}, 0.5],
    ['ot=p:2', {}, 0.25],
    ['ot=th:8', { _sample_rate: 0.25 }, 0.25],
    ['ot=nonsense', {}, undefined],
    ['x=y', {}, undefined],
  ])('of a span with the tracestate %s and %j is %s', (state, attributes, expected) => {
    const [[span] = []] = received([withState(new W3cTraceState(state), attributes)]);

    expect(span?.metrics['_sample_rate']).toBe(expected);
  });
});
