import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { withoutCredentials } from '../../src/agent-target.js';
import { DatadogSpanExporter } from '../../src/index.js';
import { captureDiag } from '../support/diag-log.js';
import { openExporter } from '../support/exporters.js';
import { exportSpans } from '../support/exports.js';
import { openFaultServer, type Script } from '../support/fault-server.js';
import { answer, readHead, reply, send } from '../support/fault-steps.js';
import { openRawServer, refusedUrl } from '../support/raw-server.js';
import { makeSpans } from '../support/spans.js';

const PASSWORD = 's3cr3t-p4ss';
const ENCODED = Buffer.from(`me:${PASSWORD}`).toString('base64');
const API_KEY = 'k3y-0123456789abcdef';

const lines = captureDiag('all');

/** With credentials in the URL of a peer, and one in a header of the user's. */
function openWithCredentials(peerUrl: string): DatadogSpanExporter {
  const url = peerUrl.replace('//', `//me:${PASSWORD}@`);
  return openExporter({ url, headers: { 'DD-API-KEY': API_KEY }, maxRetries: 0 });
}

/** Exports a span and returns whatever can be seen of that from outside. */
async function allThatIsShown(exporter: DatadogSpanExporter): Promise<string> {
  const { error } = await exportSpans(exporter, makeSpans(1));
  const flushed = await exporter.forceFlush().catch((reason: unknown) => reason);
  await exporter.shutdown();
  const seen = [error, flushed, exporter, exporter.stats(), exporter.sampleRates];
  return [...lines, ...seen.map((one) => inspect(one, { depth: 9, showHidden: true }))].join('\n');
}

function secretsIn(text: string): readonly string[] {
  return [PASSWORD, ENCODED, API_KEY].filter((secret) => text.includes(secret));
}

/** What a peer answers that quotes the request it got. */
function quoting(status: number, body: string): Script {
  return [readHead, reply(status, { body })];
}

describe('credentials', () => {
  it('are shown nowhere when nobody listens', async () => {
    const shown = await allThatIsShown(openWithCredentials(await refusedUrl()));

    expect(secretsIn(shown)).toEqual([]);
    expect(shown).toContain('no connection to the Agent');
  });

  it.each([401, 403, 407, 500])(
    'are shown nowhere when they are refused with a %i',
    async (status) => {
      const login = `me:${PASSWORD} (${ENCODED}, ${PASSWORD.toUpperCase()})`;
      const body = `bad request of ${login}, dd-api-key: ${API_KEY}`;
      const peer = await openFaultServer({ scripts: [quoting(status, body)] });

      const shown = await allThatIsShown(openWithCredentials(peer.url));

      expect(secretsIn(shown)).toEqual([]);
      expect(shown).not.toContain('bad request');
      expect(shown).toMatch(/status \d+ and a text that is not shown/);
    },
  );

  it('are shown nowhere when they are in a header of any name', async () => {
    const peer = await openFaultServer({ scripts: [quoting(401, `who is ${API_KEY}?`)] });
    const headers = { 'X-Team': API_KEY };

    const shown = await allThatIsShown(openExporter({ url: peer.url, headers, maxRetries: 0 }));

    expect(secretsIn(shown)).toEqual([]);
    expect(shown).toContain('status 401 and a text that is not shown');
  });

  it('are shown nowhere when the peer does not speak HTTP', async () => {
    const peer = await openFaultServer({ scripts: [[readHead, send('SSH-2.0-OpenSSH\r\n')]] });

    expect(secretsIn(await allThatIsShown(openWithCredentials(peer.url)))).toEqual([]);
  });

  it('are shown nowhere when the peer sends back what it gets', async () => {
    const peer = await openRawServer((socket) => void socket.pipe(socket));

    expect(secretsIn(await allThatIsShown(openWithCredentials(peer.url)))).toEqual([]);
  });

  it('are sent nowhere when the peer redirects', async () => {
    const other = await openFaultServer({ scripts: [answer(200)] });
    const headers = [`Location: ${other.url}/v0.4/traces`];
    const peer = await openFaultServer({ scripts: [answer(307, { headers })] });

    expect(secretsIn(await allThatIsShown(openWithCredentials(peer.url)))).toEqual([]);
    expect(other.accepted).toBe(0);
  });
});

describe('the message about a wrong URL', () => {
  it.each([
    `http://me:${PASSWORD}@host:99999`,
    `http://me:${PASSWORD}\n@host:99999`,
    `http:me:${PASSWORD}@host:99999`,
    `http:\\\\me:${PASSWORD}@host:99999`,
    `http:/me:${PASSWORD}@host:99999`,
    `ftp://me:${PASSWORD}@host`,
    `unix://me:${PASSWORD}@host`,
    `me:${PASSWORD}@host:8126`,
    `http://me:${PASSWORD}@host:0`,
  ])('shows no credentials: %j', (url) => {
    const construct = (): unknown => new DatadogSpanExporter({ url });

    expect(construct).toThrow(RangeError);
    expect(construct).toThrow(/^(?!.*s3cr3t)[^]*\*\*\*@host/);
    expect(withoutCredentials(url)).not.toContain(PASSWORD);
  });

  it.each([
    `http://me:12/${PASSWORD}@host`, // which means the port 12 of a host "me"
    `http://host:1\\${PASSWORD}@host`,
    `http://host/#${PASSWORD}`,
    `http://host/#a@${PASSWORD}`,
    `http://host/?key=a@${PASSWORD}`,
    `${PASSWORD}:x@host`,
  ])('shows nothing that may be one: %j', (url) => {
    const construct = (): unknown => new DatadogSpanExporter({ url });

    expect(construct).toThrow(RangeError);
    expect(construct).toThrow(/^(?!.*s3cr3t)/);
  });
});

describe('credentials over plain HTTP', () => {
  it.each([
    ['http://me:pw@agent.example:8126', {}],
    ['http://10.0.0.1', { Authorization: 'Bearer abc' }],
    ['http://192.168.0.1', { 'dd-api-key': 'abc' }],
    ['http://192.168.0.2', { 'X-Password': 'abc' }],
    ['http://192.168.0.3', { XAuthToken: 'abc' }],
    ['http://localhost.example', { 'X-Auth-Token': 'abc' }],
    ['http://[2001:db8::1]', { cookie: 'a=b' }],
  ])('to %s with %j are warned about', (url, headers) => {
    openExporter({ url, headers });

    expect(lines).toEqual([
      expect.stringMatching(/^credentials go unencrypted to http:\/\/[^@]+; use https:/),
    ]);
  });

  it.each([
    ['http://me:pw@localhost:8126', {}],
    ['http://me:pw@agent.localhost:8126', {}],
    ['http://me:pw@127.8.0.1', {}],
    ['http://me:pw@[::1]:8126', {}],
    ['http://me:pw@[::ffff:127.0.0.1]', {}],
    ['https://me:pw@agent.example', { 'dd-api-key': 'abc' }],
    ['unix:///tmp/none.socket', { 'dd-api-key': 'abc' }],
    ['http://agent.example', {}],
    ['http://agent.example', { 'X-Team': 'a', 'X-Monkey': 'b' }],
  ])('do not leave this machine, or are none: %s with %j', (url, headers) => {
    openExporter({ url, headers });

    expect(lines).toEqual([]);
  });
});
