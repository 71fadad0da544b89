import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { Agent, createServer, request as httpRequest, type Server } from 'node:http';
import { connect, type Socket } from 'node:net';
import { rename } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { startDevAgent } from '../../src/dev-agent/index.js';
import { freePort } from '../support/free-port.js';
import { holdReply } from '../support/held-reply.js';
import { get, sendPayload } from './agent-client.js';
import { freeSocketPath, openAgent } from './open-agents.js';
import { singleSpan } from './sample-payload.js';

describe('the addresses of an Agent', () => {
  it('are a free TCP port by default', async () => {
    const agent = await openAgent();

    expect(agent.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(agent.tcpUrl).toBe(agent.url);
    expect(agent.unixUrl).toBeUndefined();
  });

  it('are only a Unix socket if nothing but its path is given', async () => {
    const socketPath = freeSocketPath();

    const agent = await openAgent({ socketPath });

    expect(agent.url).toBe(`unix://${socketPath}`);
    expect(agent.unixUrl).toBe(agent.url);
    expect(agent.tcpUrl).toBeUndefined();
  });

  it('are both if both are given, with one record of what came in', async () => {
    const agent = await openAgent({ port: 0, socketPath: freeSocketPath() });

    await sendPayload(agent.tcpUrl ?? '', singleSpan());
    await sendPayload(agent.unixUrl ?? '', singleSpan());

    expect(agent.url).toBe(agent.tcpUrl);
    expect(agent.requests.map(({ via }) => via)).toEqual(['tcp', 'unix']);
    expect(agent.requests.map(({ remotePort }) => typeof remotePort)).toEqual([
      'number',
      'undefined',
    ]);
    expect(agent.spans).toHaveLength(2);
    expect(agent.violations).toEqual([]);
  });

  it.each([[8126], ['/tmp/apm.socket'], [null]])(
    'are no options by themselves: %j',
    async (given) => {
      const start: unknown = Reflect.apply(startDevAgent, undefined, [given]);

      await expect(start).rejects.toThrow(
        `Expected \`options\` to be an object, as in \`{ port: 8126 }\`, got ${given}`,
      );
    },
  );

  it('are given up if one of them is taken', async () => {
    const socketPath = freeSocketPath();
    await openAgent({ socketPath });
    const port = await freePort();

    await expect(startDevAgent({ port, socketPath })).rejects.toThrow('a live server');

    const agent = await openAgent({ port });
    expect(agent.url).toBe(`http://127.0.0.1:${port}`);
  });
});

describe('the file of a Unix socket', () => {
  it('is replaced if its server is dead', async () => {
    const socketPath = await staleSocketPath();

    const agent = await openAgent({ socketPath });

    expect((await get(agent.url, '/info')).status).toBe(200);
  });

  it('is left alone if somebody listens on it', async () => {
    const first = await openAgent({ socketPath: freeSocketPath() });
    const socketPath = first.url.slice('unix://'.length);

    await expect(startDevAgent({ socketPath })).rejects.toThrow(socketPath);

    expect((await get(first.url, '/info')).status).toBe(200);
  });

  it('is left alone if it is no socket', async () => {
    const socketPath = freeSocketPath();
    writeFileSync(socketPath, 'precious');

    await expect(startDevAgent({ socketPath })).rejects.toThrow('got a file');

    expect(existsSync(socketPath)).toBe(true);
  });

  it('is gone after the close', async () => {
    const socketPath = freeSocketPath();
    const agent = await openAgent({ socketPath });

    await agent.close();

    expect(existsSync(socketPath)).toBe(false);
  });
});

describe('a connection', () => {
  it('is kept for the next request, and recognised', async () => {
    const agent = await openAgent({ port: 0, socketPath: freeSocketPath() });
    const client = new Agent({ keepAlive: true, maxSockets: 1 });

    for (const url of [agent.tcpUrl, agent.tcpUrl, agent.unixUrl, agent.unixUrl]) {
      await sendPayload(url ?? '', singleSpan(), { agent: client });
    }
    await sendPayload(agent.url, singleSpan(), { agent: new Agent() });
    client.destroy();

    expect(agent.requests.map(({ connection }) => connection)).toEqual([1, 1, 2, 2, 3]);
  });

  it('announces the idle timeout of the Agent', async () => {
    const agent = await openAgent();
    const client = new Agent({ keepAlive: true });

    const reply = await sendPayload(agent.url, singleSpan(), { agent: client });
    client.destroy();

    expect(reply.headers['keep-alive']).toBe('timeout=5');
  });

  it('that breaks before the payload is complete leaves no trace', async () => {
    const agent = await openAgent();
    const socket = await openConnection(agent.url);
    socket.write('PUT /v0.4/traces HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nabc');
    // The next request on another connection shows that the first one was seen.
    await get(agent.url, '/info');

    socket.destroy();
    await sendPayload(agent.url, singleSpan());

    expect(agent.requests).toHaveLength(1);
    expect(agent.violations).toEqual([]);
  });

  it('that breaks before the reply is written does no harm', async () => {
    const held = holdReply();
    const agent = await openAgent({
      respond: ({ connection }) => (connection === 1 ? held.reply : {}),
    });
    const request = httpRequest(agent.url, {
      method: 'PUT',
      path: '/v0.4/traces',
      headers: { 'content-type': 'application/msgpack' },
    });
    const broken = once(request, 'error').catch((error: unknown) => error);
    request.end(Uint8Array.from(singleSpan()));
    await agent.waitForRequests(1);

    request.destroy();
    await broken;
    held.release({ body: 'x'.repeat(1_000_000) });

    expect((await sendPayload(agent.url, singleSpan())).status).toBe(200);
    expect(agent.spans).toHaveLength(2);
  });

  it('that speaks no HTTP is closed', async () => {
    const agent = await openAgent();
    const socket = await openConnection(agent.url);
    socket.resume();

    socket.write('\u0000nonsense\r\n\r\n');
    await once(socket, 'close');

    expect((await get(agent.url, '/info')).status).toBe(200);
  });
});

it('a socket path is not cut, as Node 20 would do it', async () => {
  const socketPath = '/tmp/'.padEnd(108, 'x');

  await expect(startDevAgent({ socketPath })).rejects.toThrow('at most 107 bytes, got 108');
});

describe('the close', () => {
  it('comes before the spans of a request that is answered later', async () => {
    const held = holdReply();
    const agent = await openAgent({ respond: () => held.reply });
    const sending = sendPayload(agent.url, singleSpan()).catch(() => undefined);
    await agent.waitForRequests(1);

    await agent.close();
    held.release();
    await sending;
    await nextTurn();

    expect(agent.spans).toEqual([]);
  });

  it('cuts idle connections and those that wait for a reply', async () => {
    const agent = await openAgent({ respond: () => new Promise<never>(() => undefined) });
    const idle = await openConnection(agent.url);
    const idleClosed = once(
      idle.on('error', () => undefined),
      'close',
    );
    const sending = sendPayload(agent.url, singleSpan());
    const failure = sending.catch((error: unknown) => error);
    await agent.waitForRequests(1);

    await agent.close();

    expect(await failure).toMatchObject({ code: 'ECONNRESET' });
    await idleClosed;
    await expect(get(agent.url, '/info')).rejects.toThrow('ECONNREFUSED');
  });

  it('may be asked for again', async () => {
    const agent = await startDevAgent();

    await Promise.all([agent.close(), agent.close()]);

    await expect(agent[Symbol.asyncDispose]()).resolves.toBeUndefined();
  });

  it('is what `await using` does', async () => {
    const agent = await startDevAgent();

    await agent[Symbol.asyncDispose]();

    await expect(get(agent.url, '/info')).rejects.toThrow('ECONNREFUSED');
  });
});

async function openConnection(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  await once(socket, 'connect');
  return socket;
}

/** The file of a socket whose server is closed: moved away, so that the server cannot remove it. */
async function staleSocketPath(): Promise<string> {
  const socketPath = freeSocketPath();
  const server: Server = createServer();
  server.listen({ path: `${socketPath}.old` });
  await once(server, 'listening');
  await rename(`${socketPath}.old`, socketPath);
  server.close();
  await once(server, 'close');
  return socketPath;
}
