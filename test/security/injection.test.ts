import { afterEach, describe, expect, it, vi } from 'vitest';
import { describeTarget } from '../../src/agent-target.js';
import { readEnvironment } from '../../src/configuration/environment.js';
import type { DatadogSpanExporterOptions } from '../../src/index.js';
import { captureDiag } from '../support/diag-log.js';
import { openExporter } from '../support/exporters.js';
import { exportSpans } from '../support/exports.js';
import { openFaultServer, type Step } from '../support/fault-server.js';
import { reply, stall } from '../support/fault-steps.js';
import { openScriptedAgent } from '../support/scripted-agent.js';
import { makeSpan } from '../support/spans.js';

const EVIL = 'a\r\nX-Evil: 1\r\n\r\nPUT /evil HTTP/1.1\r\n';
const KNOWN = new Set([
  'host',
  'connection',
  'content-type',
  'content-length',
  'datadog-meta-lang',
  'datadog-meta-lang-version',
  'datadog-meta-lang-interpreter',
  'datadog-meta-tracer-version',
  'datadog-send-real-http-status',
  'datadog-entity-id',
  'datadog-container-id',
  'datadog-external-env',
  'datadog-rates-payload-version',
  'x-datadog-trace-count',
]);

const lines = captureDiag();

afterEach(() => {
  vi.unstubAllEnvs();
});

interface RequestHead {
  readonly start: string;
  /** Of the headers, in lower case. */
  readonly names: readonly string[];
}

/** The head of the request that carries one span. */
async function requestOf(options: DatadogSpanExporterOptions, path = ''): Promise<RequestHead> {
  let head = '';
  const keepHead: Step = async ({ reader }) => {
    head = await reader.head();
  };
  const peer = await openFaultServer({ scripts: [[keepHead, reply(200), stall]] });
  const exporter = openExporter({ ...options, url: peer.url + path, maxRetries: 0 });
  await exportSpans(exporter, [makeSpan()]);
  const [start = '', ...headers] = head.trimEnd().split('\r\n');
  return { start, names: headers.map((line) => line.replace(/:.*$/, '').toLowerCase()) };
}

describe('the head of a request', () => {
  it('holds nothing of service, env, version and tags', async () => {
    vi.stubEnv('DD_SERVICE', EVIL);
    vi.stubEnv('DD_TAGS', `k:${EVIL}`);
    const { start, names } = await requestOf({
      service: EVIL,
      env: EVIL,
      version: EVIL,
      tags: { t: EVIL },
    });

    expect(start).toBe('PUT /v0.4/traces HTTP/1.1');
    expect(names.filter((name) => !KNOWN.has(name))).toEqual([]);
  });

  it('holds DD_EXTERNAL_ENV in one line', async () => {
    vi.stubEnv('DD_EXTERNAL_ENV', EVIL);
    const { names } = await requestOf({});

    expect(names).toContain('datadog-external-env');
    expect(names.filter((name) => !KNOWN.has(name))).toEqual([]);
  });

  it('holds the path of the URL as a path', async () => {
    const { start, names } = await requestOf({}, '/a b\r\nX-Evil: 1/é');

    expect(start).toBe('PUT /a%20bX-Evil:%201/%C3%A9/v0.4/traces HTTP/1.1');
    expect(names.filter((name) => !KNOWN.has(name))).toEqual([]);
  });

  it('holds no header that could break it', () => {
    for (const headers of [
      { 'a\r\nb': 'c' },
      { a: 'b\r\nc' },
      { a: 'b\0' },
      { a: '\u2603' },
      { 'a:': 'b' },
      { 'Transfer-Encoding': 'chunked' },
    ]) {
      expect(() => openExporter({ headers })).toThrow(RangeError);
    }
  });
});

describe('DD_AGENT_HOST', () => {
  it.each([
    'evil.example/path',
    'me:pw@evil.example',
    'pw@evil.example',
    'evil.example?a',
    'evil.example#',
    'a\\b',
    '//evil.example',
    'evil.example:8126',
  ])('is a host and nothing more: %j', (host) => {
    const warnings: string[] = [];
    const { target } = readEnvironment({ DD_AGENT_HOST: host }, [], (_name, message) =>
      warnings.push(message),
    );

    expect(target && describeTarget(target)).toBeUndefined();
    expect(warnings.join()).not.toContain('pw');
    expect(warnings).toEqual([
      expect.stringMatching(
        /^DD_AGENT_HOST ".*" is ignored: write a host alone \(IPv6 without a zone\), or set DD_TRACE_AGENT_URL$/,
      ),
    ]);
  });
});

describe('a line of the log', () => {
  it.each(['not a url\n[ERROR] forged', 'unix:///none\u2028[ERROR]\r\nforged'])(
    'stays one line: %j',
    async (url) => {
      vi.stubEnv('DD_TRACE_AGENT_URL', url);
      const exporter = openExporter({ maxRetries: 0, connectTimeoutMillis: 100 });
      await exportSpans(exporter, [makeSpan()]);

      expect(lines.length).toBeGreaterThan(0);
      expect(lines.join('')).not.toMatch(/[\p{Cc}\u2028]/u);
      expect(lines.join('')).toContain('[ERROR] forged');
    },
  );
});

describe('what a resource says', () => {
  it('arrives in its own place, and makes no other request', async () => {
    const agent = await openScriptedAgent();
    const exporter = openExporter({ url: agent.url });
    const resource = { attributes: { 'service.name': EVIL, 'deployment.environment.name': EVIL } };

    expect(await exportSpans(exporter, [makeSpan({ resource })])).toEqual({ code: 0 });
    expect(agent.requests).toHaveLength(1);
    expect(agent.spans).toHaveLength(1);
    expect(agent.spans[0]?.meta['deployment.environment.name']).toBe(EVIL);
  });
});
