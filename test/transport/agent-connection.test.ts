import { getEventListeners } from 'node:events';
import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { startDevAgent } from '../../src/dev-agent/index.js';
import type { AgentConnection } from '../../src/transport/agent-connection.js';
import type { SendOutcome } from '../../src/transport/send-outcome.js';
import { openBlackHole } from '../support/black-hole.js';
import { holdReply } from '../support/held-reply.js';
import { openRawServer, refusedUrl } from '../support/raw-server.js';
import { openScriptedAgent, temporarySocketPath } from '../support/scripted-agent.js';
import { until } from '../support/until.js';
import { wallMillis } from '../support/wall-time.js';
import { connectTo, PAYLOAD, send } from './open-connection.js';

describe('sending', () => {
  it.each(['tcp', 'unix'] as const)(
    'PUTs with a length over %s and keeps the connection',
    async (over) => {
      const agent = await openScriptedAgent(over);
      const connection = connectTo(agent.url);

      expect(await send(connection)).toMatchObject({ kind: 'accepted', reply: { status: 200 } });
      expect(await send(connection)).toMatchObject({ kind: 'accepted' });

      const [first, second] = agent.requests;
      expect(first).toMatchObject({ method: 'PUT', path: '/v0.4/traces', via: over });
      expect(first?.headers).toMatchObject({
        'content-length': String(PAYLOAD.body.length),
        connection: 'keep-alive',
      });
      expect(first?.connection).toBe(second?.connection);
    },
  );

  it('takes a socket path with spaces, percent signs and other letters', async () => {
    const agent = await openScriptedAgent('unix');
    const odd = await import('node:fs/promises');
    const path = temporarySocketPath('a b%20ü#?.sock');
    await odd.symlink(agent.url.slice('unix://'.length), path);

    expect(await send(connectTo(`unix://${path}`))).toMatchObject({ kind: 'accepted' });
  });

  it('tells when a request begins to wait for its socket, and when it begins itself', async () => {
    const agent = await openScriptedAgent();
    const connection = connectTo(agent.url);
    const steps: string[] = [];
    const onStep = (step: string): void => void steps.push(step);

    const ofOne = ['connecting', 'requesting'];
    await send(connection, undefined, { onStep });
    expect(steps).toEqual(ofOne);
    await send(connection, undefined, { onStep });
    expect(steps).toEqual([...ofOne, ...ofOne]);
    const cut = new AbortController();
    const hanging = send(connectTo(await openBlackHole()), cut.signal, { onStep });
    await until('the wait for a socket', () => steps.length === 5);
    cut.abort();

    expect(await hanging).toEqual({ kind: 'cancelled', attempts: 1 });
    expect(steps).toEqual([...ofOne, ...ofOne, 'connecting']);
  });

  it('prefixes the path of the URL', async () => {
    const seen: string[] = [];
    const server = await openRawServer((socket) => {
      socket.once('data', (data) => {
        seen.push(data.toString().split('\r\n')[0] ?? '');
        socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}');
      });
    });

    await send(connectTo(`${server.url}/prefix/`));

    expect(seen).toEqual(['PUT /prefix/v0.4/traces HTTP/1.1']);
  });

  it('reports the status of a refusal', async () => {
    const agent = await openScriptedAgent();
    agent.answer({ status: 503 });

    expect(await send(connectTo(agent.url))).toMatchObject({
      kind: 'rejected',
      reply: { status: 503 },
    });
  });
});

describe('a broken attempt', () => {
  it('says so when nobody listens', async () => {
    const connection = connectTo(await refusedUrl());

    expect(await send(connection)).toMatchObject({
      kind: 'broken',
      at: 'connect',
      cause: { code: 'ECONNREFUSED' },
    });
  });

  it('says so when the socket file is missing, and the next one succeeds when it is there', async () => {
    const socketPath = temporarySocketPath();
    const connection = connectTo(`unix://${socketPath}`);

    expect(await send(connection)).toMatchObject({
      kind: 'broken',
      at: 'connect',
      cause: { code: 'ENOENT' },
    });

    await using agent = await startDevAgent({ port: 0, socketPath });
    expect(await send(connection)).toMatchObject({ kind: 'accepted' });
    expect(agent.requests).toHaveLength(1);
  });

  it.each<[string, (socket: Socket) => void]>([
    ['closes', (socket) => void socket.once('data', () => socket.end())],
    ['resets', (socket) => void socket.once('data', () => socket.resetAndDestroy())],
  ])('says so when the peer %s the connection instead of answering', async (_how, serve) => {
    const server = await openRawServer(serve);

    expect(await send(connectTo(server.url))).toMatchObject({ kind: 'broken', at: 'socket' });
  });

  it('says so when the peer does not speak HTTP', async () => {
    const server = await openRawServer((socket) =>
      socket.once('data', () => socket.end('hello\n')),
    );

    expect(await send(connectTo(server.url))).toMatchObject({ kind: 'broken', at: 'protocol' });
  });

  it('counts as accepted when the status had arrived', async () => {
    const server = await openRawServer((socket) => {
      socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"ra'));
    });

    expect(await send(connectTo(server.url))).toMatchObject({
      kind: 'accepted',
      reply: { text: '' },
    });
  });

  it('ends a reply without end', async () => {
    const server = await openRawServer((socket) => {
      const flood = (): void => void (socket.write('x'.repeat(65_536)) ? setImmediate(flood) : 0);
      socket.on('drain', flood);
      socket.once('data', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        flood();
      });
    });

    expect(await send(connectTo(server.url))).toMatchObject({ kind: 'accepted' });
    await until('the connection is closed', () => server.open === 0);
  });
});

describe('an abort', () => {
  /** Aborts when `isReached` and expects the answer at once. */
  async function abortWhen(
    url: string,
    isReached: () => boolean,
  ): Promise<{ connection: AgentConnection; outcome: SendOutcome; millis: number }> {
    const controller = new AbortController();
    const connection = connectTo(url);
    const outcome = send(connection, controller.signal);
    await until('the phase to abort in', isReached);
    const start = wallMillis();
    controller.abort();
    const settled = await outcome;
    const millis = wallMillis() - start;
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
    return { connection, outcome: settled, millis };
  }

  it('is answered while a TLS handshake hangs, and no socket is left', async () => {
    const server = await openRawServer((socket) => socket.resume());

    const { outcome, millis } = await abortWhen(
      server.url.replace('http:', 'https:'),
      () => server.open === 1,
    );

    expect(outcome).toEqual({ kind: 'cancelled', attempts: 1 });
    expect(millis).toBeLessThan(50);
    await until('the socket is closed', () => server.open === 0, 500);
  });

  it('is answered while the reply is awaited, and the connection can send again', async () => {
    const agent = await openScriptedAgent();
    const held = holdReply();
    agent.answer(held.reply);

    const { connection, outcome, millis } = await abortWhen(
      agent.url,
      () => agent.requests.length === 1,
    );

    expect(outcome).toEqual({ kind: 'cancelled', attempts: 1 });
    expect(millis).toBeLessThan(50);
    held.release();
    expect(await send(connection)).toMatchObject({ kind: 'accepted' });
  });

  it('before the send sends nothing', async () => {
    const agent = await openScriptedAgent();

    expect(await send(connectTo(agent.url), AbortSignal.abort())).toEqual({
      kind: 'cancelled',
      attempts: 0,
    });
    expect(agent.requests).toEqual([]);
  });
});
