import type { Attributes } from '@opentelemetry/api';
import { describe, expect, it } from 'vitest';
import type { InstrumentationScope, ReadableSpan } from '../../src/index.js';
import { copyOfSpan } from '../../src/payload/span-copy.js';
import { decodeStrictly, encode, roundTrip } from '../support/encoding.js';
import { startOwnTime } from '../support/own-time.js';
import { at, makeSpan, SPAN_ID, TRACE_ID } from '../support/spans.js';

function fail(): never {
  throw new Error('hostile');
}

/** As a JavaScript caller may make it. */
function untyped(fields: object): ReadableSpan {
  return Object.assign(makeSpan({ attributes: { fine: 'yes' } }), fields);
}

function throwing(...keys: readonly string[]): Attributes {
  const attributes: Attributes = { fine: 'yes' };
  for (const key of keys) Object.defineProperty(attributes, key, { enumerable: true, get: fail });
  return attributes;
}

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

/** An object that has no text. */
function bare(): object {
  const made = {};
  Object.setPrototypeOf(made, null);
  return made;
}

function withState(traceState: unknown): ReadableSpan {
  const context = { traceId: TRACE_ID, spanId: SPAN_ID, traceFlags: 1, traceState };
  return untyped({ spanContext: () => context });
}

it.each<[string, object]>([
  ['four thousand million holes', Object.assign([], { length: 2 ** 32 - 1 })],
  [
    'no end',
    new Proxy([], {
      get: (list, key): unknown => (key === 'length' ? 1e12 : Reflect.get(list, key)),
    }),
  ],
])(
  'links that are a list with %s block for a moment only, also where they are copied',
  (_what, links) => {
    const took = startOwnTime();

    expect(roundTrip(untyped({ links })).links).toEqual([]);
    expect(copyOfSpan(untyped({ links })).links).toHaveLength(400_000);

    expect(took()).toBeLessThan(3_000);
  },
);

describe('H19: a tracestate', () => {
  it.each([
    ['text', 'dd=s:2'],
    ['no tracestate', {}],
    ['null', null],
    ['one that throws', { get: fail, serialize: fail }],
    ['one that returns numbers', { get: () => 5, serialize: () => 5 }],
  ])('that is %s costs nothing', (_name, traceState) => {
    const { payloads, dropped } = encode([makeSpan({ traceId: TRACE_ID }), withState(traceState)]);

    expect(dropped.encode).toBe(0);
    const spans = payloads.flatMap(({ body }) => decodeStrictly(body)).flat();
    expect(spans.map(({ metrics }) => metrics['_sampling_priority_v1'])).toEqual([1, undefined]);
  });
});

describe('H10: parts that throw or are no text', () => {
  it.each<[string, object]>([
    ['a status message', { status: { code: 2, message: 42 } }],
    ['no status', { status: null, events: null, links: null }],
    [
      'an exception',
      {
        status: { code: 2 },
        events: [{ time: at(1, 0), name: 'exception', attributes: throwing('exception.message') }],
      },
    ],
    ['an event name', { events: [{ time: at(1, 0), name: Symbol('s') }] }],
    ['no event name', { events: [{ time: at(1, 0), droppedAttributesCount: Infinity }] }],
    ['a link without context', { links: [{}, undefined] }],
    [
      'link attributes',
      {
        links: [
          {
            context: { traceId: TRACE_ID, spanId: SPAN_ID, traceFlags: 0 },
            attributes: throwing('a'),
          },
        ],
      },
    ],
    ['scope attributes', { instrumentationScope: { name: 7, attributes: throwing('a') } }],
    ['resource attributes', { resource: { attributes: throwing('a') } }],
    ['a revoked proxy', { attributes: { bad: revoked(), fine: 'yes' } }],
    ['an analytics event', { attributes: { 'analytics.event': bare(), fine: 'yes' } }],
  ])('cost themselves only: %s', (_name, fields) => {
    const span = roundTrip(untyped(fields));

    expect(span.resource).toBe('span_name');
    expect(span.meta['fine']).toBe('yes');
    expect(() => void JSON.parse(span.meta['events'] ?? '[]')).not.toThrow();
  });

  it('leave the other attributes of their resource', () => {
    const span = roundTrip(untyped({ resource: { attributes: throwing('bad') } }));

    expect(span.meta['fine']).toBe('yes');
  });
});

describe('H23: a kind and a status', () => {
  it.each([
    [0, 3, 'internal', 'Unset'],
    [1, -1, 'server', 'Unset'],
    [-1, 3, 'unspecified', 'Unset'],
    [9, 1, 'unspecified', 'Ok'],
  ])('that there are not (%d, %d) are not taken for others', (kind, code, name, status) => {
    // What is remembered is remembered by resource and scope.
    const shared = { resource: { attributes: {} }, instrumentationScope: { name: 'shared' } };
    const usual = [0, 1, 2].flatMap((one) => [0, 1, 2].map((other) => [one, other]));
    const spans = [...usual, [kind, code], ...usual].map(([of = 0, status_ = 0]) =>
      untyped({ ...shared, kind: of, status: { code: status_ } }),
    );

    const metas = encode(spans)
      .payloads.flatMap(({ body }) => decodeStrictly(body))
      .flat()
      .map(({ meta }) => [meta['span.kind'], meta['otel.status_code']]);

    expect(metas[usual.length]).toEqual([name, status]);
    expect(new Set(metas.slice(0, usual.length).map(String)).size).toBe(9);
    expect(metas.slice(usual.length + 1)).toEqual(metas.slice(0, usual.length));
  });
});

describe('H10: what an object tells of itself by toJSON', () => {
  it.each([
    ['text', 'r'.repeat(26_000)],
    ['an object', { told: 'r'.repeat(20_000), more: 'r'.repeat(20_000) }],
  ])('is all that is sent, also when it is long: %s', (_name, told) => {
    const account = { password: 'hunter2', toJSON: () => told };
    const attributes: Attributes = {};
    Object.assign(attributes, { account });

    const text = roundTrip(makeSpan({ attributes })).meta['account'] ?? '';

    expect(text).not.toContain('hunter2');
    expect(text).toContain('rrr');
    expect(() => void JSON.parse(text)).not.toThrow();
  });
});

describe('H22: names that only the exporter may use', () => {
  it('cannot be taken by attributes of span or scope', () => {
    const names = { '_dd.p.tid': 'zz', '_dd.p.dm': 'zz', '': 'zz' };
    const scope = { name: 's', attributes: names };
    const spans = [1, 2].map(() => makeSpan({ attributes: names, instrumentationScope: scope }));

    const metas = encode(spans)
      .payloads.flatMap(({ body }) => decodeStrictly(body))
      .flat()
      .map(({ meta }) => Object.values(meta));

    expect(metas.flat()).not.toContain('zz');
  });
});

describe('H22: attributes of a scope', () => {
  it.each(['otel.trace_id', 'span.kind', 'otel.scope.name', '_dd.p.dm', '_dd.p.usr', '_dd.origin'])(
    'that are named %s as what the exporter writes are left out, and the payload is whole',
    (name) => {
      const scope = { name: 'scope' };
      const hostile = { ...scope, attributes: { [name]: 'zz' } };
      const member = 's:2;o:ours;t.dm:-4;t.usr:ours';
      const metaOf = (instrumentationScope: InstrumentationScope): unknown => {
        const traceState = { get: () => member, serialize: () => `dd=${member}` };
        const context = { traceId: TRACE_ID, spanId: SPAN_ID, traceFlags: 1, traceState };
        const span = untyped({ spanContext: () => context, instrumentationScope });
        const [first] = encode([span, makeSpan()]).payloads.map(({ body }) => decodeStrictly(body));
        return first?.[0]?.[0]?.meta;
      };

      expect(metaOf(hostile)).toEqual(metaOf(scope));
      expect(metaOf(hostile)).toHaveProperty([name]);
    },
  );
});

describe('H6, H19: large input', () => {
  it('does not hold the event loop for the keys of a large resource', () => {
    const attributes: Attributes = {};
    for (let index = 0; index < 5_000; index++) attributes[`key.${index}`] = `${index}`;
    const resource = { attributes };
    const spans = Array.from({ length: 100 }, () => makeSpan({ resource }));
    encode(spans.slice(0, 1));
    const took = startOwnTime();

    const { dropped } = encode(spans, {}, 20 * 1024 * 1024);

    expect(dropped.encode).toBe(0);
    // Learning the resource anew for each of the spans takes several times as long.
    expect(took()).toBeLessThan(500);
  });

  it('stops writing events when there is no room for more', () => {
    let reads = 0;
    const events = Array.from({ length: 5_000 }, (_, n) => ({
      time: at(1, n),
      name: 'e',
      get attributes() {
        reads++;
        return { text: 'x'.repeat(500) };
      },
    }));

    const json = roundTrip(makeSpan({ events })).meta['events'] ?? '';

    expect(reads).toBeLessThan(100);

    expect(Buffer.byteLength(json)).toBeLessThanOrEqual(25_000);
    expect(Buffer.byteLength(json)).toBeGreaterThan(24_900);
    expect(() => void JSON.parse(json)).not.toThrow();
  });
});
