import { describe, expect, it } from 'vitest';
import type { Connection } from '../../src/transport/connection.js';
import { type Applicant, SendQueue } from '../../src/transport/send-queue.js';
import { FakeConnection } from '../support/fake-connection.js';
import { ManualClock } from '../support/manual-clock.js';
import { patient } from './delivery-bench.js';

/** Time of an export. */
const WHOLE_MILLIS = 10_000;

/** A queue for connections that nothing is sent over, and to whom it has given one. */
class Counter {
  readonly clock = new ManualClock();
  readonly connections: readonly FakeConnection[];
  readonly queue: SendQueue;
  readonly granted: string[] = [];
  readonly #used = new Set<Connection>();

  constructor(connections: number) {
    this.connections = Array.from({ length: connections }, () => new FakeConnection());
    this.queue = new SendQueue(this.connections, this.clock);
  }

  /** Keeps all connections busy from now on. */
  occupy(): void {
    for (const _ of this.connections) this.queue.acquire(patient());
  }

  /** Applies for one with so much time left. */
  apply(name: string, leftMillis: number = Infinity): () => void {
    return this.queue.acquire(this.#applicant(name, leftMillis));
  }

  /** How many connections have been granted. */
  connectionsUsed(): number {
    return this.#used.size;
  }

  /** As many quick answers as make the Agent a fast one. */
  answerFast(): void {
    for (let answer = 0; answer < 4; answer++) this.queue.answerTime.accepted(100);
  }

  release(index: number = 0): void {
    const connection = this.connections[index];
    if (connection !== undefined) this.queue.release(connection);
  }

  #applicant(name: string, leftMillis: number): Applicant {
    const receive = (connection: Connection): void => {
      this.granted.push(name);
      this.#used.add(connection);
    };
    if (leftMillis === Infinity) return patient(receive);
    const endMillis = this.clock.nowMillis() + leftMillis;
    return { time: { startMillis: endMillis - WHOLE_MILLIS, endMillis }, receive };
  }
}

describe('SendQueue', () => {
  it('hands out as many connections as there are, then in order as they are released', () => {
    const counter = new Counter(2);

    for (const name of ['first', 'second', 'third', 'fourth']) counter.apply(name);
    expect(counter.granted).toEqual(['first', 'second']);
    expect(counter.connectionsUsed()).toBe(2);

    counter.release(0);
    counter.release(1);
    expect(counter.granted).toEqual(['first', 'second', 'third', 'fourth']);
  });

  it('grants nothing to a payload that was withdrawn, nor twice to one that was granted', () => {
    const counter = new Counter(1);
    const [first, second] = ['first', 'second', 'third'].map((name) => counter.apply(name));

    second?.();
    first?.();
    counter.release();
    counter.release();
    counter.apply('fourth');

    expect(counter.granted).toEqual(['first', 'third', 'fourth']);
  });

  it('lets what may be late go after all others, what has most time left first', () => {
    const counter = new Counter(1);
    counter.occupy();
    counter.queue.answerTime.accepted(2_000);
    const ends = [3_000, 2_999, 2_000, 2_500, 3_001].map((left) => [`${left} ms`, left] as const);
    for (const [name, leftMillis] of ends) counter.apply(name, leftMillis);

    for (const _ of ends) counter.release();

    expect(counter.granted).toEqual(['3000 ms', '3001 ms', '2999 ms', '2500 ms', '2000 ms']);
  });

  it('returns to the order once the Agent is fast again', () => {
    const counter = new Counter(1);
    counter.occupy();
    counter.queue.answerTime.accepted(2_000);
    for (const name of ['first', 'second', 'third']) counter.apply(name, 2_999);
    counter.release();
    expect(counter.granted).toEqual(['third']);

    counter.answerFast();
    counter.release();
    counter.release();

    expect(counter.granted).toEqual(['third', 'first', 'second']);
  });

  it('lets what would be late go only where no answer is due', () => {
    const counter = new Counter(2);
    counter.occupy();
    counter.queue.answerTime.accepted(2_000);
    counter.clock.advance(2_000);
    counter.apply('first', 1_998);
    counter.apply('second', 1_999);
    counter.release(0);

    counter.clock.advance(999);
    expect(counter.granted).toEqual([]);
    counter.clock.advance(1); // the other request should have been answered
    expect(counter.granted).toEqual(['second']);
    counter.release(1);
    expect(counter.granted).toEqual(['second']);
    counter.release(0);
    expect(counter.granted).toEqual(['second', 'first']);
  });

  it('grants all connections that are free once there is hope', () => {
    const counter = new Counter(3);
    counter.occupy();
    counter.queue.answerTime.accepted(2_000);
    counter.apply('first', 1_999);
    counter.apply('second', 1_999);
    counter.release(0);
    counter.release(1);
    expect(counter.granted).toEqual([]);

    counter.answerFast();
    counter.release(2);

    expect(counter.granted).toEqual(['first', 'second']);
  });

  it.each<[string, (counter: Counter, withdraw: () => void) => void]>([
    ['it is withdrawn', (_counter, withdraw) => withdraw()],
    ['all are closed', ({ queue }) => queue.close()],
    ['all are abandoned', ({ queue }) => queue.abandon()],
  ])('waits no longer to grant a free connection when %s', (_when, end) => {
    const counter = new Counter(2);
    counter.occupy();
    counter.queue.answerTime.accepted(2_000);
    const withdraw = counter.apply('late', 1_999);
    counter.release(0);
    expect(counter.clock.armed).toBe(1);

    end(counter, withdraw);

    expect(counter.clock.armed).toBe(0);
  });

  it('grants nothing that waits once it is abandoned', () => {
    const counter = new Counter(1);
    counter.occupy();
    counter.apply('first');

    counter.queue.abandon();
    counter.release();

    expect(counter.granted).toEqual([]);
  });

  it('closes all connections', () => {
    const { queue, connections } = new Counter(2);

    queue.close();

    expect(connections.map(({ isClosed }) => isClosed)).toEqual([true, true]);
  });
});
