import { describe, expect, it } from 'vitest';
import type { Connection } from '../../src/transport/connection.js';
import { SendQueue, type Yielding } from '../../src/transport/send-queue.js';
import { FakeConnection } from '../support/fake-connection.js';

describe('SendQueue', () => {
  it('hands out as many connections as there are, then in order as they are released', () => {
    const connections = [new FakeConnection(), new FakeConnection()];
    const queue = new SendQueue(connections);
    const granted: [number, Connection][] = [];

    for (const index of [1, 2, 3, 4]) queue.acquire((to) => granted.push([index, to]));
    expect(granted.map(([index]) => index)).toEqual([1, 2]);
    expect(new Set(granted.map(([, to]) => to)).size).toBe(2);

    for (const [, connection] of granted.slice(0, 2)) queue.release(connection);
    expect(granted.map(([index]) => index)).toEqual([1, 2, 3, 4]);
  });

  it('grants nothing to a request that was withdrawn, nor twice to one that was granted', () => {
    const connection = new FakeConnection();
    const queue = new SendQueue([connection]);
    const granted: number[] = [];
    const [first, second] = [1, 2, 3].map((index) => queue.acquire(() => granted.push(index)));

    second?.();
    first?.();
    queue.release(connection);
    queue.release(connection);
    queue.acquire(() => granted.push(4));

    expect(granted).toEqual([1, 3, 4]);
  });

  it('grants what has given way when nothing else waits, the latest first', () => {
    const connection = new FakeConnection();
    const queue = new SendQueue([connection]);
    const granted: string[] = [];
    const late = (name: string): Yielding => ({
      receive: () => granted.push(name),
      isHopeless: () => true,
    });
    queue.acquire(() => granted.push('first'));
    queue.acquire(() => granted.push('second'));

    queue.giveWay(connection, late('late'));
    const withdraw = queue.giveWay(connection, late('withdrawn'));
    queue.acquire(() => granted.push('third'));
    queue.giveWay(connection, late('later'));
    withdraw();
    for (let released = 0; released < 3; released++) queue.release(connection);
    queue.acquire(() => granted.push('fourth'));

    expect(granted).toEqual(['first', 'second', 'withdrawn', 'third', 'later', 'late', 'fourth']);
  });

  it('grants what is hopeless only when nothing is sent, and the rest once there is hope', () => {
    const connections = [new FakeConnection(), new FakeConnection()] as const;
    const queue = new SendQueue(connections);
    const granted: string[] = [];
    let isHopeless = true;
    for (const name of ['first', 'second']) queue.acquire(() => granted.push(name));

    const giveWay = (index: 0 | 1, name: string): void => {
      queue.giveWay(connections[index], {
        receive: () => granted.push(name),
        isHopeless: () => isHopeless,
      });
    };

    giveWay(0, 'early');
    expect(granted).toEqual(['first', 'second']);
    giveWay(1, 'late');
    expect(granted).toEqual(['first', 'second', 'late']);
    queue.acquire(() => granted.push('third'));
    isHopeless = false;
    queue.release(connections[0]);

    expect(granted).toEqual(['first', 'second', 'late', 'third', 'early']);
  });

  it('grants all connections that are free once there is hope', () => {
    const connections = [new FakeConnection(), new FakeConnection(), new FakeConnection()] as const;
    const queue = new SendQueue(connections);
    const granted: string[] = [];
    let isHopeless = true;
    for (const name of ['first', 'second', 'third']) queue.acquire(() => granted.push(name));
    for (const index of [0, 1] as const) {
      const receive = (): unknown => granted.push(`late ${index}`);
      queue.giveWay(connections[index], { receive, isHopeless: () => isHopeless });
    }

    isHopeless = false;
    queue.release(connections[2]);

    expect(granted).toEqual(['first', 'second', 'third', 'late 1', 'late 0']);
  });

  it('grants nothing that waits or has given way once it is abandoned', () => {
    const connections = [new FakeConnection(), new FakeConnection()] as const;
    const granted: string[] = [];
    const busy = (): SendQueue => {
      const queue = new SendQueue(connections);
      for (const name of ['first', 'second']) queue.acquire(() => granted.push(name));
      return queue;
    };
    const [waitedFor, givenWayTo] = [busy(), busy()];
    waitedFor.acquire(() => granted.push('third'));
    givenWayTo.giveWay(connections[0], {
      receive: () => granted.push('late'),
      isHopeless: () => true,
    });

    for (const queue of [waitedFor, givenWayTo]) {
      queue.abandon();
      queue.release(connections[1]);
    }

    expect(granted).toEqual(['first', 'second', 'first', 'second']);
  });

  it('closes all connections', () => {
    const connections = [new FakeConnection(), new FakeConnection()];

    new SendQueue(connections).close();

    expect(connections.map(({ isClosed }) => isClosed)).toEqual([true, true]);
  });
});
