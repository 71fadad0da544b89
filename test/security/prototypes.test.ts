import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openExporter } from '../support/exporters.js';
import { exportSpans } from '../support/exports.js';
import { openFaultServer } from '../support/fault-server.js';
import { ACCEPT, answer } from '../support/fault-steps.js';
import { openScriptedAgent } from '../support/scripted-agent.js';
import { makeSpan } from '../support/spans.js';

/** As `JSON.parse` makes them: own properties of these names. */
const HOSTILE: Readonly<Record<string, string>> = Object.fromEntries([
  ['__proto__', 'p'],
  ['constructor', 'c'],
  ['toString', 't'],
  ['hasOwnProperty', 'h'],
]);
const REPLY =
  '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},' +
  '"rate_by_service":{"__proto__":{"polluted":1},"constructor":0.5,"service:,env:":0.5}}';

/** Of which all but the first are copied, because they are encoded later than they were exported. */
const MANY = 3_000;

function prototypeKeys(): readonly PropertyKey[] {
  return [Object, Array, Function, String].flatMap(({ prototype }) => Reflect.ownKeys(prototype));
}

let before: readonly PropertyKey[] = [];

beforeEach(() => {
  before = prototypeKeys();
});

afterEach(() => {
  const added = prototypeKeys().filter((key) => !before.includes(key));
  if (added.length > 0) throw new Error(`added to a prototype: ${added.map(String).join(', ')}`);
});

function entriesOf(
  record: Readonly<Record<string, unknown>> | undefined,
): ReadonlyMap<string, unknown> {
  return new Map(Object.entries(record ?? {}));
}

describe('keys that are names of Object.prototype', () => {
  it('are keys like any other among attributes, tags, events and links', async () => {
    const agent = await openScriptedAgent();
    const exporter = openExporter({ url: agent.url, tags: { __proto__: 'not own', ...HOSTILE } });
    const span = makeSpan({
      attributes: HOSTILE,
      resource: { attributes: HOSTILE },
      events: [{ name: 'e', time: [1, 0], attributes: HOSTILE }],
      links: [{ context: makeSpan().spanContext(), attributes: HOSTILE }],
    });

    expect(await exportSpans(exporter, [span])).toEqual({ code: 0 });
    const meta = entriesOf(agent.spans[0]?.meta);
    const link = entriesOf(agent.spans[0]?.links[0]?.attributes);
    for (const [key, value] of Object.entries(HOSTILE)) {
      expect(meta.get(key)).toBe(value);
      expect(meta.get('events')).toContain(`"${key}":"${value}"`);
      expect(link.get(key)).toBe(value);
    }
  });

  it('are nothing but text in a reply', async () => {
    const peer = await openFaultServer({ scripts: [answer(200, { body: REPLY }), ACCEPT] });
    const exporter = openExporter({ url: peer.url });

    expect(await exportSpans(exporter, [makeSpan()])).toEqual({ code: 0 });

    expect(Object.entries(exporter.sampleRates)).toEqual([
      ['constructor', 0.5],
      ['service:,env:', 0.5],
    ]);
    expect(await exportSpans(exporter, [makeSpan()])).toEqual({ code: 0 });
  });
});

describe('what others have added to Object.prototype', () => {
  it('is sent neither in spans nor in headers', async () => {
    const agent = await openScriptedAgent();
    const exporter = openExporter({ url: agent.url, headers: { 'X-Team': 'a' }, tags: { a: 'b' } });
    const span = makeSpan({ attributes: { own: 'yes' }, events: [{ name: 'e', time: [1, 0] }] });
    const descriptor = { value: 'yes', enumerable: true, configurable: true };
    const { prototype } = Object;
    Object.defineProperty(prototype, 'polluted', descriptor);

    const result = await exportSpans(exporter, [span]).finally(() => {
      Reflect.deleteProperty(prototype, 'polluted');
    });

    expect(result).toEqual({ code: 0 });
    expect(JSON.stringify([agent.spans, agent.requests], withoutBigInt)).not.toContain('polluted');
    expect(agent.spans[0]?.meta).toMatchObject({ own: 'yes' });
  });

  it.each([
    ['query', { polluted: 'yes' }],
    ['socketPath', '/nowhere/polluted.socket'],
    ['throwOnError', true],
    ['keepAlive', true],
    ['useH2c', true],
  ])('is no setting of a request: %s', async (name, value) => {
    const peer = await openFaultServer({ scripts: [ACCEPT] });
    const exporter = openExporter({ url: peer.url, maxRetries: 0 });
    const { prototype } = Object;
    const descriptor = { value, enumerable: true, configurable: true, writable: true };
    Object.defineProperty(prototype, name, descriptor);

    const result = await exportSpans(exporter, [makeSpan()]).finally(() => {
      Reflect.deleteProperty(prototype, name);
    });

    expect(result).toEqual({ code: 0 });
    expect(peer.heads).toEqual([expect.stringMatching(/^PUT \/v0\.4\/traces HTTP\/1\.1\r\n/)]);
    expect(peer.heads.join()).not.toContain('polluted');
  });

  it.each([
    ['may be written', true],
    ['may not be written', false],
  ])('neither shows in copies of spans nor hinders them if it %s', async (_what, writable) => {
    const agent = await openScriptedAgent();
    const exporter = openExporter({ url: agent.url });
    const spans = Array.from({ length: MANY }, () =>
      makeSpan({ attributes: { is: 'as exported' } }),
    );
    const descriptor = { value: ['polluted'], writable, enumerable: true, configurable: true };
    const { prototype } = Object;
    Object.defineProperty(prototype, 'polluted', descriptor);

    const exported = exportSpans(exporter, spans);
    for (const { attributes } of spans) attributes['is'] = 'changed later';
    const result = await exported.finally(() => Reflect.deleteProperty(prototype, 'polluted'));

    expect(result).toEqual({ code: 0 });
    expect(agent.spans).toHaveLength(MANY);
    expect(agent.spans.filter(({ meta }) => 'polluted' in meta)).toEqual([]);
    expect(agent.spans.filter(({ meta }) => meta['is'] !== 'as exported')).toEqual([]);
  });
});

function withoutBigInt(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}
