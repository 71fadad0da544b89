import { describe, expect, it } from 'vitest';
import type { ReadableSpan } from '../../src/index.js';
import { V04Encoder } from '../../src/payload/v04-encoder.js';
import { decodeStrictly, encode, encodeWith, FOUR_MIB, NO_SETTINGS } from '../support/encoding.js';
import { makeSpan, makeSpans, SPAN_ID, TRACE_ID } from '../support/spans.js';

const OTHER_TRACE_ID = `${'1'.repeat(31)}2`;

function throwing(field: keyof ReadableSpan): ReadableSpan {
  return Object.defineProperty(makeSpan(), field, {
    get: () => {
      throw new Error('hostile');
    },
  });
}

describe('chunks', () => {
  it('hold the spans of one trace each, in the order of the batch', () => {
    const spans = [TRACE_ID, OTHER_TRACE_ID, TRACE_ID].map((traceId, index) =>
      makeSpan({ traceId, name: `${index}` }),
    );

    const { payloads } = encode(spans);

    expect(payloads.map(({ chunkCount, spanCount }) => [chunkCount, spanCount])).toEqual([[2, 3]]);
    const chunks = payloads.flatMap(({ body }) => decodeStrictly(body));
    expect(chunks.map((chunk) => chunk.map(({ resource }) => resource))).toEqual([
      ['0', '2'],
      ['1'],
    ]);
  });

  it('tell two traces apart that differ only in the high half of their id', () => {
    const low = TRACE_ID.slice(16);
    const spans = [`${'a'.repeat(16)}${low}`, `${'b'.repeat(16)}${low}`].map((traceId) =>
      makeSpan({ traceId }),
    );

    const chunks = encode(spans).payloads.flatMap(({ body }) => decodeStrictly(body));

    expect(chunks.map(([span]) => span?.meta['_dd.p.tid'])).toEqual([
      'a'.repeat(16),
      'b'.repeat(16),
    ]);
  });

  it('carry trace id, priority and decision maker on their first span only', () => {
    const [chunk] = encode(makeSpans(2)).payloads.flatMap(({ body }) => decodeStrictly(body));

    expect(chunk?.[0]?.meta).toMatchObject({
      '_dd.p.tid': TRACE_ID.slice(0, 16),
      '_dd.p.dm': '-9',
    });
    expect(chunk?.[0]?.metrics).toMatchObject({ _sampling_priority_v1: 1 });
    expect(chunk?.[1]?.meta).not.toHaveProperty('_dd.p.tid');
    expect(chunk?.[1]?.metrics).not.toHaveProperty('_sampling_priority_v1');
  });
});

describe('payloads', () => {
  it('are none for no spans', () => {
    expect(encode([]).payloads).toEqual([]);
  });

  it('stay below the limit, and traces stay whole where they fit', () => {
    const spans = Array.from({ length: 200 }, (_, index) =>
      makeSpan({ traceId: (index >> 2).toString(16).padStart(32, 'f'), name: `${index}` }),
    );

    const { payloads } = encode(spans, {}, 5_000);

    expect(payloads.length).toBeGreaterThan(5);
    expect(Math.max(...payloads.map(({ body }) => body.length))).toBeLessThanOrEqual(5_000);
    const chunks = payloads.flatMap(({ body }) => decodeStrictly(body));
    expect(chunks.map((chunk) => chunk.length)).toEqual(Array.from({ length: 50 }, () => 4));
    expect(payloads.reduce((sum, { chunkCount }) => sum + chunkCount, 0)).toBe(50);
    expect(chunks.flat().map(({ resource }) => resource)).toEqual(spans.map(({ name }) => name));
  });

  it('share a trace that is too large for one of them, each part with its trace id', () => {
    const { payloads } = encode(makeSpans(100), {}, 5_000);

    const chunks = payloads.flatMap(({ body }) => decodeStrictly(body));
    expect(chunks.length).toBeGreaterThan(3);
    expect(chunks.flat()).toHaveLength(100);
    expect(new Set(chunks.map(([span]) => span?.meta['_dd.p.tid']))).toEqual(
      new Set([TRACE_ID.slice(0, 16)]),
    );
  });

  it('leave out a span that alone is larger than the limit', () => {
    const large = makeSpan({ attributes: { a: 'x'.repeat(9_000) } });
    const spans = [makeSpan(), large, makeSpan(), large];

    const { payloads, dropped } = encode(spans, {}, 5_000);

    expect(dropped).toEqual({ invalid_id: 0, encode: 0, too_large: 2 });
    expect(payloads.reduce((sum, { spanCount }) => sum + spanCount, 0)).toBe(2);
    expect(payloads.flatMap(({ body }) => decodeStrictly(body)).flat()).toHaveLength(2);
  });

  it('do not share memory with later ones', () => {
    const encoder = new V04Encoder(NO_SETTINGS, FOUR_MIB);
    const [first] = encodeWith(encoder, [makeSpan({ name: 'first' })]).payloads;
    encodeWith(encoder, [makeSpan({ name: 'other' })]);

    expect(decodeStrictly(first?.body ?? Uint8Array.of())[0]?.[0]?.resource).toBe('first');
  });
});

describe('bad spans', () => {
  it.each([
    ['a malformed trace id', makeSpan({ traceId: 'abc' })],
    ['a zero trace id', makeSpan({ traceId: '0'.repeat(32) })],
    ['a zero span id', makeSpan({ spanId: '0'.repeat(16) })],
    ['an upper-case span id', makeSpan({ spanId: 'ABCDEFABCDEFABCD' })],
  ])('with %s cost themselves only', (_name, bad) => {
    const { payloads, dropped } = encode([makeSpan(), bad, makeSpan()]);

    expect(dropped).toEqual({ invalid_id: 1, encode: 0, too_large: 0 });
    expect(payloads.flatMap(({ body }) => decodeStrictly(body)).flat()).toHaveLength(2);
  });

  it.each(['attributes', 'startTime', 'status', 'events', 'links', 'name', 'spanContext'] as const)(
    'whose %s throws cost themselves only, wherever they stand',
    (field) => {
      const spans = [throwing(field), makeSpan(), throwing(field), makeSpan(), throwing(field)];

      const { payloads, dropped } = encode(spans);

      expect(dropped).toEqual({ invalid_id: 0, encode: 3, too_large: 0 });
      const [chunk] = payloads.flatMap(({ body }) => decodeStrictly(body));
      expect(chunk).toHaveLength(2);
      expect(chunk?.[0]?.meta).toHaveProperty('_dd.p.tid');
    },
  );

  it('leave no empty chunk behind', () => {
    const { payloads, dropped } = encode([throwing('attributes')]);

    expect(payloads).toEqual([]);
    expect(dropped.encode).toBe(1);
  });

  it('that cannot be read are counted once although their chunk is encoded twice', () => {
    const filler = makeSpans(13, { traceId: OTHER_TRACE_ID });
    const spans = [...filler, throwing('attributes'), ...makeSpans(4)];

    const { payloads, dropped } = encode(spans, {}, 5_000);

    expect(payloads.length).toBeGreaterThan(1);
    expect(dropped.encode).toBe(1);
    expect(payloads.flatMap(({ body }) => decodeStrictly(body)).flat()).toHaveLength(17);
  });

  it('that cannot be read are counted beside one behind them that is too large', () => {
    const large = makeSpan({ attributes: { a: 'x'.repeat(9_000) } });
    const spans = [throwing('attributes'), makeSpan({ spanId: '0' }), large, makeSpan()];

    const { payloads, dropped } = encode(spans, {}, 5_000);

    expect(dropped).toEqual({ invalid_id: 1, encode: 1, too_large: 1 });
    expect(payloads.map(({ spanCount }) => spanCount)).toEqual([1]);
  });

  it('with a value that cannot be serialised lose that value', () => {
    const cycle: Record<string, unknown> = {};
    cycle['self'] = cycle;
    const attributes: Record<string, never> = {};
    Object.assign(attributes, { cycle, symbol: Symbol('s'), fine: 'yes' });

    const [span] = encode([makeSpan({ attributes })])
      .payloads.flatMap(({ body }) => decodeStrictly(body))
      .flat();

    expect(span?.meta['fine']).toBe('yes');
    expect(span?.meta).not.toHaveProperty('cycle');
    expect(span?.meta).not.toHaveProperty('symbol');
  });

  it('cannot disturb the bytes by encoding while they are encoded', () => {
    const encoder = new V04Encoder(NO_SETTINGS, FOUR_MIB);
    const nested: number[] = [];
    const meddling = Object.defineProperty(makeSpan({ name: 'outer' }), 'attributes', {
      get: () => {
        nested.push(encodeWith(encoder, makeSpans(3, { name: 'inner' })).payloads.length);
        return { a: 'b' };
      },
    });

    const chunks = encodeWith(encoder, [makeSpan(), meddling]).payloads.flatMap(({ body }) =>
      decodeStrictly(body),
    );

    expect(nested).toEqual([1]);
    expect(chunks[0]?.map(({ resource }) => resource)).toEqual(['span_name', 'outer']);
  });
});

describe('bytes', () => {
  it('are the same as ever for a small span', () => {
    const span = makeSpan({ traceId: TRACE_ID, spanId: SPAN_ID, attributes: { n: 1, s: 'é' } });

    const [payload] = encode([span]).payloads;

    expect(Buffer.from(payload?.body ?? []).toString('hex')).toMatchInlineSnapshot(
      `"dd00000001dd000000018ca874726163655f6964cf240031ead750e5f3a77370616e5f6964cf24003fafe5640a1ca9706172656e745f6964cf0000000000000000a57374617274d317979cfe362a007ba86475726174696f6ed3000000003b9aca00a56572726f7200a46d657461df0000000aad6f74656c2e74726163655f6964d9203732646635323061663262646537613532343030333165616437353065356633a97370616e2e6b696e64a8696e7465726e616cb06f74656c2e7374617475735f636f6465a5556e736574af6f74656c2e73636f70652e6e616d65a57465737473b16f74656c2e6c6962726172792e6e616d65a57465737473a173a2c3a9a86c616e6775616765aa6a617661736372697074aa72756e74696d652d6964d92431313131313131312d323232322d343333332d383434342d353535353535353535353535a95f64642e702e746964b037326466353230616632626465376135a85f64642e702e646da22d39a76d657472696373df00000003b55f73616d706c696e675f7072696f726974795f763101a16e01aa70726f636573735f6964cd1267a773657276696365a473686f70a46e616d65a8496e7465726e616ca474797065a6637573746f6da87265736f75726365a97370616e5f6e616d65"`,
    );
  });
});
