import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { type Clock, systemClock } from '../../src/lang/clock.js';
import { openFaultServer, type Step } from '../support/fault-server.js';
import {
  ACCEPT,
  answer,
  fin,
  readAll,
  readHead,
  reply,
  send as write,
} from '../support/fault-steps.js';
import { openRawServer } from '../support/raw-server.js';
import { openScriptedAgent } from '../support/scripted-agent.js';
import { connectTo, send } from './open-connection.js';

/** More than the buffers of the kernel hold. */
const LARGE = { body: new Uint8Array(24 * 1_024 * 1_024), chunkCount: 1 };

describe('a connection that is kept', () => {
  it.each([
    ['nothing, as the Agent', []],
    ['a minute', ['Keep-Alive: timeout=60']],
  ])(
    'is closed before the Agent closes it, after five seconds without use, if it offers %s',
    async (_offer, headers) => {
      const server = await openFaultServer({ scripts: [answer(200, { headers })] });
      await send(connectTo(server.url));
      const start = performance.now();

      await server.nextClose();

      expect(performance.now() - start).toBeLessThan(5_000);
      expect(performance.now() - start).toBeGreaterThan(2_000);
    },
  );

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

  it('sends once more what had not begun when a kept connection was reset', async () => {
    let requests = 0;
    let latest: Socket | undefined;
    const server = await openRawServer((socket) => {
      latest = socket;
      socket.on('data', () => {
        requests++;
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
      });
    });
    const resetFirst: Clock['nextTurn'] = (task) => {
      systemClock.nextTurn(() => {
        if (requests === 1) latest?.resetAndDestroy();
        task();
      });
    };
    const connection = connectTo(server.url, { ...systemClock, nextTurn: resetFirst });
    await send(connection);
    const steps: string[] = [];

    const outcome = await send(connection, undefined, { onStep: (step) => steps.push(step) });

    expect(outcome).toMatchObject({ kind: 'accepted' });
    expect(requests).toBe(2);
    expect(steps).toEqual(['connecting', 'connecting', 'requesting']);
  });

  it('sends nothing again that was answered by something else than HTTP', async () => {
    const babble = [readAll, write('SMTP 220 hello\r\n\r\n')];
    const server = await openFaultServer({ scripts: [ACCEPT, babble, ACCEPT] });
    const connection = connectTo(server.url);
    await send(connection);

    expect(await send(connection)).toMatchObject({ kind: 'broken', at: 'protocol' });

    expect(server.requests).toBe(2);
  });

  it('counts the attempt on a dead one when the abort comes before it was repeated', async () => {
    const server = await openFaultServer({ scripts: [ACCEPT, [readAll, fin], ACCEPT] });
    const life = new AbortController();
    const nextTurn: Clock['nextTurn'] = (task) => {
      if (server.requests === 2) life.abort();
      systemClock.nextTurn(task);
    };
    const connection = connectTo(server.url, { ...systemClock, nextTurn });
    await send(connection, life.signal);

    expect(await send(connection, life.signal)).toEqual({ kind: 'cancelled', attempts: 1 });

    expect([life.signal.aborted, server.requests]).toEqual([true, 2]);
  });

  it('is not used again after an answer that came before all was written', async () => {
    const server = await openFaultServer({ scripts: [[readHead, reply(413)], ACCEPT] });
    const connection = connectTo(server.url);

    const early = await send(connection, new AbortController().signal, { payload: LARGE });
    expect(early).toMatchObject({ kind: 'rejected', reply: { status: 413 } });
    expect(await send(connection)).toMatchObject({ kind: 'accepted' });

    expect(server.accepted).toBe(2);
  });
});
