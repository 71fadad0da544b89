import { getEventListeners } from 'node:events';
import type { Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { parseAgentUrl } from '../../src/agent-target.js';
import { type Clock, systemClock } from '../../src/lang/clock.js';
import { AgentConnection } from '../../src/transport/agent-connection.js';
import type { SendOutcome } from '../../src/transport/send-outcome.js';
import { encode } from '../support/encoding.js';
import { openFaultServer, type Step } from '../support/fault-server.js';
import { ACCEPT, answer, fin, readAll } from '../support/fault-steps.js';
import { holdReply } from '../support/held-reply.js';
import { openRawServer, refusedUrl } from '../support/raw-server.js';
import { openScriptedAgent, temporarySocketPath } from '../support/scripted-agent.js';
import { makeSpan } from '../support/spans.js';
import { until } from '../support/until.js';

const connections: AgentConnection[] = [];
const [PAYLOAD] = encode([makeSpan()]).payloads;
const HEADERS = {
  'Content-Type': 'application/msgpack',
  'X-Datadog-Trace-Count': '1',
  'Datadog-Meta-Lang': 'nodejs',
  'Datadog-Meta-Tracer-Version': '1',
};

afterEach(() => {
  for (const connection of connections.splice(0)) connection.close();
});

function connectTo(url: string, clock: Clock = systemClock): AgentConnection {
  const connection = new AgentConnection({
    target: parseAgentUrl(url),
    clock,
    connectTimeoutMillis: 60_000,
    ca: undefined,
    requireFrom: undefined,
    headersOf: () => HEADERS,
  });
  connections.push(connection);
  return connection;
}

function send(
  connection: AgentConnection,
  signal: AbortSignal = new AbortController().signal,
): Promise<SendOutcome> {
  if (PAYLOAD === undefined) throw new Error('nothing to send');
  return connection.send(PAYLOAD, signal);
}

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
        'content-length': String(PAYLOAD?.body.length),
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

  it('closes an idle connection before the Agent does, after five seconds, whatever it offers', async () => {
    const headers = ['Keep-Alive: timeout=60'];
    const server = await openFaultServer({ scripts: [answer(200, { headers })] });
    await send(connectTo(server.url));
    const start = performance.now();

    await server.nextClose();

    expect(performance.now() - start).toBeLessThan(5_000);
    expect(performance.now() - start).toBeGreaterThan(2_000);
  });

  it('opens another connection after the machine slept, because the Agent may have closed this one', async () => {
    const agent = await openScriptedAgent();
    let sleptMillis = 0;
    const unixMillis = (): number => systemClock.unixMillis() + sleptMillis;
    const connection = connectTo(agent.url, { ...systemClock, unixMillis });

    for (const millis of [0, 0, 60_000]) {
      sleptMillis += millis;
      await send(connection);
    }

    expect(agent.requests.map((request) => request.connection)).toEqual([1, 1, 2]);
  });

  it('sends nothing twice to a peer that closes its side with each answer', async () => {
    let requests = 0;
    const server = await openRawServer((socket) => {
      socket.on('data', () => {
        requests++;
        socket.end('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
      });
    });
    const connection = connectTo(server.url);

    for (const _ of Array(10)) expect(await send(connection)).toMatchObject({ kind: 'accepted' });

    expect(requests).toBe(10);
  });

  it.each([
    { breaks: 'at once', afterMillis: 0, requests: 3, outcome: { kind: 'accepted' } },
    { breaks: 'later', afterMillis: 1_000, requests: 2, outcome: { kind: 'broken', at: 'socket' } },
  ])(
    'sends once more what breaks at once on a kept connection: $breaks',
    async ({ afterMillis, requests, outcome }) => {
      let passedMillis = 0;
      const pass: Step = () => {
        passedMillis = afterMillis;
      };
      const server = await openFaultServer({ scripts: [ACCEPT, [readAll, pass, fin], ACCEPT] });
      const nowMillis = (): number => systemClock.nowMillis() + passedMillis;
      const connection = connectTo(server.url, { ...systemClock, nowMillis });
      await send(connection);

      expect(await send(connection)).toMatchObject(outcome);

      expect(server.requests).toBe(requests);
    },
  );

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
  it('says so when nobody listens, and the next one may succeed', async () => {
    const connection = connectTo(await refusedUrl());

    expect(await send(connection)).toMatchObject({
      kind: 'broken',
      at: 'connect',
      cause: { code: 'ECONNREFUSED' },
    });
  });

  it('says so when the socket file is missing', async () => {
    expect(await send(connectTo(`unix://${temporarySocketPath()}`))).toMatchObject({
      kind: 'broken',
      at: 'connect',
      cause: { code: 'ENOENT' },
    });
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
    const start = performance.now();
    controller.abort();
    const settled = await outcome;
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
    return { connection, outcome: settled, millis: performance.now() - start };
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

  it('does not take back an acceptance whose body is still on its way', async () => {
    let answered = false;
    const server = await openRawServer((socket) => {
      socket.once('data', () => {
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n', () => {
          answered = true;
        });
      });
    });

    const { outcome } = await abortWhen(server.url, () => answered);

    expect(['accepted', 'cancelled']).toContain(outcome.kind);
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
