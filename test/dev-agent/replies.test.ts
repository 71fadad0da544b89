import { describe, expect, it } from 'vitest';
import type { DevAgentReply } from '../../src/dev-agent/index.js';
import { get, sendPayload } from './agent-client.js';
import { openAgent } from './open-agents.js';
import { singleSpan } from './sample-payload.js';

const MAX_REQUEST_BYTES = 26_214_400;

describe('the normal reply', () => {
  it('carries the sampling rates', async () => {
    const agent = await openAgent({ sampleRates: { 'service:shop,env:prod': 0.25 } });

    const reply = await sendPayload(agent.url, singleSpan());

    expect(reply.status).toBe(200);
    expect(reply.headers['content-type']).toBe('application/json');
    expect(reply.headers['datadog-agent-version']).toMatch(/^7\.\d+\.\d+$/);
    expect(JSON.parse(reply.text)).toEqual({ rate_by_service: { 'service:shop,env:prod': 0.25 } });
  });

  it('keeps everything by default, for PUT and for POST', async () => {
    const agent = await openAgent();

    const put = await sendPayload(agent.url, singleSpan());
    const post = await sendPayload(agent.url, singleSpan(), { method: 'POST' });

    expect(put.text).toBe('{"rate_by_service":{"service:,env:":1}}');
    expect(post.text).toBe(put.text);
    expect(agent.requests.map(({ method }) => method)).toEqual(['PUT', 'POST']);
  });

  it('tells the version of the rates only to a client that has one', async () => {
    const agent = await openAgent();
    const header = 'datadog-rates-payload-version';

    const without = await sendPayload(agent.url, singleSpan());
    const empty = await sendPayload(agent.url, singleSpan(), { headers: { [header]: '' } });
    const old = await sendPayload(agent.url, singleSpan(), { headers: { [header]: 'old' } });

    expect(without.headers[header]).toBeUndefined();
    expect(empty.headers[header]).toBeUndefined();
    expect(old.headers[header]).toMatch(/./);
    expect(JSON.parse(old.text)).toHaveProperty('rate_by_service');
  });

  it('has no length where it has no body', async () => {
    const agent = await openAgent({ respond: () => ({ status: 204 }) });

    const reply = await sendPayload(agent.url, singleSpan());

    expect(reply).toMatchObject({ status: 204, text: '' });
    expect(reply.headers).not.toHaveProperty('content-length');
  });

  it('tells the rates of one Agent from those of the next, also within a second', async () => {
    const header = 'datadog-rates-payload-version';
    const versions = await Promise.all(
      [await openAgent(), await openAgent()].map(async ({ url }) => {
        const reply = await sendPayload(url, singleSpan(), { headers: { [header]: 'old' } });
        return reply.headers[header];
      }),
    );

    expect(new Set(versions).size).toBe(2);
  });

  it('leaves out rates that the client knows', async () => {
    const agent = await openAgent();
    const header = 'datadog-rates-payload-version';
    const first = await sendPayload(agent.url, singleSpan(), { headers: { [header]: 'old' } });
    const version = String(first.headers[header]);

    const second = await sendPayload(agent.url, singleSpan(), { headers: { [header]: version } });

    expect(second.text).toBe('{}');
    expect(second.headers[header]).toBe(version);
  });
});

describe('the limit of a payload', () => {
  it('refuses a body of exactly the limit', async () => {
    const agent = await openAgent();

    const reply = await sendPayload(agent.url, new Uint8Array(MAX_REQUEST_BYTES));

    expect(reply.status).toBe(413);
    expect(reply.text).toBe('payload-too-large\n');
    expect(agent.requests).toEqual([]);
    expect(agent.violations).toMatchObject([{ rule: 'payload-too-large', effect: 'refused' }]);
  });

  it('takes a body of one byte less', async () => {
    const agent = await openAgent();
    const body = new Uint8Array(MAX_REQUEST_BYTES - 1);
    body.set(singleSpan());

    const reply = await sendPayload(agent.url, body);

    expect(reply.status).toBe(200);
    expect(agent.requests[0]?.bodyBytes).toBe(MAX_REQUEST_BYTES - 1);
    expect(agent.violations).toMatchObject([{ rule: 'trailing-bytes', effect: 'ignored' }]);
    expect(agent.spans).toHaveLength(1);
  });
});

describe('the other paths', () => {
  it('describe what the Agent serves', async () => {
    const agent = await openAgent();

    const reply = await get(agent.url, '/info');

    expect(reply.headers['content-type']).toBe('application/json');
    expect(reply.headers['datadog-agent-state']).toMatch(/^[0-9a-f]{64}$/);
    expect(JSON.parse(reply.text)).toMatchObject({
      version: reply.headers['datadog-agent-version'],
      endpoints: ['/v0.4/traces', '/info'],
      client_drop_p0s: false,
      span_events: true,
      span_meta_structs: true,
      config: {
        max_request_bytes: MAX_REQUEST_BYTES,
        receiver_port: Number(new URL(agent.url).port),
      },
    });
  });

  it.each(['/v0.5/traces', '/v1.0/traces', '/', '/v0.4/traces/', '/v0.4/traces'])(
    'are not found: GET %s',
    async (path) => {
      const agent = await openAgent();

      const reply = await get(agent.url, path);

      expect(reply.status).toBe(404);
      expect(agent.requests).toEqual([]);
    },
  );

  it('are not found with a payload either, and leave the connection usable', async () => {
    const agent = await openAgent();

    const reply = await sendPayload(agent.url, singleSpan(), { path: '/v0.5/traces' });

    expect(reply.status).toBe(404);
    expect(agent.requests).toEqual([]);
  });

  it('are closed to pages of other sites', async () => {
    const agent = await openAgent();

    const reply = await get(agent.url, '/info', { headers: { 'sec-fetch-site': 'cross-site' } });

    expect(reply.status).toBe(403);
  });

  it('do not include the query', async () => {
    const agent = await openAgent();

    const reply = await sendPayload(agent.url, singleSpan(), { path: '/v0.4/traces?a=b' });

    expect(reply.status).toBe(200);
    expect(agent.requests[0]?.path).toBe('/v0.4/traces');
  });
});

describe('the respond option', () => {
  it('replaces the reply, and the spans of a failed request do not count', async () => {
    const agent = await openAgent({
      respond: () => ({ status: 503, headers: { 'Retry-After': '1' }, body: 'busy' }),
    });

    const reply = await sendPayload(agent.url, singleSpan());

    expect(reply).toMatchObject({ status: 503, headers: { 'retry-after': '1' }, text: 'busy' });
    expect(agent.requests[0]?.chunks[0]).toHaveLength(1);
    expect(agent.spans).toEqual([]);
    expect(agent.traces).toEqual([]);
  });

  it('keeps what it does not replace', async () => {
    const replies: (DevAgentReply | undefined)[] = [{ status: 202 }, { body: 'x' }, undefined];
    const agent = await openAgent({ respond: () => replies.shift() });

    const [status, body, normal] = [
      await sendPayload(agent.url, singleSpan()),
      await sendPayload(agent.url, singleSpan()),
      await sendPayload(agent.url, singleSpan()),
    ];

    expect(status).toMatchObject({ status: 202, text: normal.text });
    expect(body).toMatchObject({ status: 200, text: 'x' });
    expect(agent.spans).toHaveLength(3);
  });

  it('replaces a header whatever its spelling', async () => {
    const agent = await openAgent({ respond: () => ({ headers: { 'Content-Type': 'a/b' } }) });

    const reply = await sendPayload(agent.url, singleSpan());

    expect(reply.headers['content-type']).toBe('a/b');
  });

  it('sees the request with its violations, and cannot save a refused payload', async () => {
    const seen: unknown[] = [];
    const agent = await openAgent({
      respond: ({ violations }) => {
        seen.push(...violations.map(({ rule }) => rule));
        return { status: 200 };
      },
    });

    const reply = await sendPayload(agent.url, [0xc0]);

    expect(reply.status).toBe(200);
    expect(seen).toEqual(['wire-type']);
    expect(agent.spans).toEqual([]);
  });

  const failures: [how: string, fail: () => Promise<never>][] = [
    [
      'throws',
      () => {
        throw new Error('no luck');
      },
    ],
    ['rejects', () => Promise.reject(new Error('no luck'))],
  ];
  it.each(failures)('makes the reply a 500 if it %s', async (_, respond) => {
    const agent = await openAgent({ respond });

    const reply = await sendPayload(agent.url, singleSpan());

    expect(reply).toMatchObject({ status: 500, text: 'no luck\n' });
    expect(agent.spans).toEqual([]);
  });

  const noText: DevAgentReply = {};
  Reflect.set(noText, 'body', { rate_by_service: {} });
  const noHeader = { headers: { 'x-bad': 'a\r\nb' } };
  it.each<DevAgentReply>([{ status: 99 }, { status: 1.5 }, noHeader, noText])(
    'makes the reply a 500 if HTTP does not allow it: %o',
    async (impossible) => {
      const agent = await openAgent({ respond: () => impossible });

      const reply = await sendPayload(agent.url, singleSpan());

      expect(reply.status).toBe(500);
      expect(agent.spans).toEqual([]);
    },
  );
});
