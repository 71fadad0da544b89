import { getEventListeners } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { parseAgentUrl } from '../../src/agent-target.js';
import { systemClock } from '../../src/lang/clock.js';
import { AgentConnection } from '../../src/transport/agent-connection.js';
import { tokenFor } from '../../src/transport/attempt-tokens.js';
import { Delivery, type DeliveryContext } from '../../src/transport/delivery.js';
import { SendQueue } from '../../src/transport/send-queue.js';
import { openFaultServer } from '../support/fault-server.js';
import { ACCEPT, readAll, reply, stall } from '../support/fault-steps.js';
import { openGate } from '../support/gate.js';
import { until } from '../support/until.js';

const PAYLOAD = { body: Uint8Array.of(0x90), chunkCount: 0 };
const DEADLINE_MILLIS = 10_000;

describe('deliveries over real connections', () => {
  const connections: AgentConnection[] = [];

  afterEach(() => {
    for (const connection of connections.splice(0)) connection.close();
  });

  it('do not touch each other when one is cancelled', async () => {
    const gate = openGate();
    const server = await openFaultServer({
      scripts: [
        [readAll, stall],
        [readAll, gate.pass, reply(200)],
      ],
    });
    connections.push(connectTo(server.url), connectTo(server.url));
    const context = realContext(new SendQueue(connections, systemClock));
    const deadlineMillis = systemClock.nowMillis() + DEADLINE_MILLIS;
    const [first, second] = [1, 2].map(() => new Delivery(PAYLOAD, deadlineMillis, context));
    const firstResult = first?.run();
    await until('the first request', () => server.requests === 1);
    const secondResult = second?.run();
    await until('the second request', () => server.requests === 2);

    first?.cancel({ kind: 'aborted' });
    expect(await firstResult).toMatchObject({ outcome: { kind: 'cancelled' } });
    await until('the socket of the first is closed', () => server.open === 1);
    gate.open();

    expect(await secondResult).toMatchObject({ outcome: { kind: 'accepted' }, attempts: 1 });
    expect(server.accepted).toBe(2);
  });

  it('have one token and one listener until it has aborted', async () => {
    const gate = openGate();
    const server = await openFaultServer({
      scripts: [ACCEPT, ACCEPT, [readAll, stall], [readAll, gate.pass, reply(200)]],
    });
    const connection = connectTo(server.url);
    connections.push(connection);
    const context = realContext(new SendQueue(connections, systemClock));
    const deadlineMillis = systemClock.nowMillis() + DEADLINE_MILLIS;
    const deliver = (): Delivery => new Delivery(PAYLOAD, deadlineMillis, context);
    for (const _ of [1, 2]) await deliver().run();
    const { signal } = tokenFor(connection);
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);

    const cut = deliver();
    const cutResult = cut.run();
    await until('the request that is cut', () => server.requests === 3);
    cut.cancel({ kind: 'aborted' });
    const next = deliver().run();
    await until('the request after it', () => server.requests === 4);
    gate.open();

    expect(await cutResult).toMatchObject({ outcome: { kind: 'cancelled' }, attempts: 1 });
    expect(await next).toMatchObject({ outcome: { kind: 'accepted' }, attempts: 1 });
    expect(signal.aborted).toBe(true);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
    expect(getEventListeners(tokenFor(connection).signal, 'abort')).toHaveLength(1);
  });

  function connectTo(url: string): AgentConnection {
    return new AgentConnection({
      target: parseAgentUrl(url),
      clock: systemClock,
      connectTimeoutMillis: 1_000,
      ca: undefined,
      rejectUnauthorized: true,
      requireFrom: undefined,
      headersOf: () => ({}),
    });
  }

  function realContext(queue: SendQueue): DeliveryContext {
    return {
      queue,
      clock: systemClock,
      random: Math.random,
      maxRetries: 4,
      attemptTimeoutMillis: 3_000,
      onReply: () => undefined,
      onDeferred: () => undefined,
    };
  }
});
