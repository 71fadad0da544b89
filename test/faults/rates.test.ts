import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { exportSpans } from '../support/exports.js';
import { openFaultServer, type Script } from '../support/fault-server.js';
import { ACCEPT, answer, pause, readAll, reply, send } from '../support/fault-steps.js';
import { chosenSeed, seededRandom } from '../support/seeded-random.js';
import { makeSpan } from '../support/spans.js';
import { openExporter } from './watched-exporter.js';

const seed = chosenSeed();
const KNOWN = answer(200, { body: '{"rate_by_service":{"service:,env:":0.25}}' });

/** The rates after an Agent that knows its business and one that answers `script`. */
async function ratesAfter(over: 'tcp' | 'unix', script: Script) {
  const server = await openFaultServer({ over, scripts: [KNOWN, script] });
  const exporter = openExporter({ url: server.url });

  expect(await exportSpans(exporter, [makeSpan()])).toEqual({ code: 0 });
  expect(await exportSpans(exporter, [makeSpan()])).toEqual({ code: 0 });
  expect(server.requests).toBe(2);
  server.play(ACCEPT);
  expect(await exportSpans(exporter, [makeSpan()])).toEqual({ code: 0 });
  return exporter.sampleRates;
}

function rates(table: string): Script {
  return answer(200, { body: `{"rate_by_service":${table}}` });
}

/** A body of bytes that are no UTF-8. */
function bytes(body: Uint8Array, ...headers: readonly string[]): Script {
  const head = ['HTTP/1.1 200 OK', `Content-Length: ${body.length}`, ...headers, '', ''];
  return [readAll, send(Buffer.concat([Buffer.from(head.join('\r\n')), body]))];
}

describe.each(['tcp', 'unix'] as const)('rates over %s', (over) => {
  it('C14: that are no rates are left out', async () => {
    const table = '{"low":-1,"high":2,"text":"0.5","not":null,"none":0,"all":1,"list":[1]}';

    expect(await ratesAfter(over, rates(table))).toEqual({ none: 0, all: 1 });
  });

  it('C14: named like members of every object change none', async () => {
    const table = '{"__proto__":0.5,"constructor":0.5,"toString":0.5,"polluted":{"a":1}}';

    const taken = await ratesAfter(over, rates(table));

    expect(Object.keys(taken).toSorted()).toEqual(['__proto__', 'constructor', 'toString']);
    expect(Reflect.get({}, 'a')).toBeUndefined();
    expect(Object.getPrototypeOf(taken)).toBe(Object.prototype);
  });

  it('C14: are taken of 5 000 services at most', async () => {
    const services = Array.from({ length: 6_000 }, (_, index) => [`service:${index},env:`, 1]);
    const table = JSON.stringify(Object.fromEntries(services));

    expect(Object.keys(await ratesAfter(over, rates(table)))).toHaveLength(5_000);
  });

  it('C14: of a million services are too many to be read', async () => {
    const script: Script = [
      readAll,
      reply(200, { body: `{"rate_by_service":{"a":0,${'"b":1,'.repeat(1_000_000)}"c":1}}` }),
    ];

    expect(await ratesAfter(over, script)).toEqual({ 'service:,env:': 0.25 });
  });

  const TABLE = '{"rate_by_service":{"service:,env:":0.5}}';

  it.each([
    ['compressed', bytes(gzipSync(TABLE), 'Content-Encoding: gzip')],
    ['in UTF-16', bytes(Buffer.from(`\uFEFF${TABLE}`, 'utf16le'))],
    ['in bytes that are no text', bytes(Uint8Array.of(0xff, 0xfe, 0x80, 0x00))],
  ])('C15: that are %s are left alone', async (_how, script) => {
    expect(await ratesAfter(over, script)).toEqual({ 'service:,env:': 0.25 });
  });

  it(`C18: come in any order and after any time, and each export has its answer, SEED=${seed}`, async () => {
    const { below } = seededRandom(seed);
    const late: Script = [readAll, (exchange) => pause(below(20))(exchange), reply(200)];
    const server = await openFaultServer({ over, scripts: [late] });
    // Ample: on a busy machine a thousand requests have taken ten seconds.
    const options = { maxConnections: 32, timeoutMillis: 60_000 };
    const exporter = openExporter({ url: server.url, ...options });

    const results = Array.from({ length: 1_000 }, () => exportSpans(exporter, [makeSpan()]));
    const outcomes = await Promise.all(results);

    const failed = outcomes.filter(({ code }) => code !== 0);
    expect(failed).toEqual([]);
    expect(new Set(server.spans.map(({ spanId }) => spanId)).size).toBe(1_000);
    expect(server.requests).toBe(1_000);
  });
});
