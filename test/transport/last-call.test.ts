import { describe, expect, it } from 'vitest';
import { SendQueue } from '../../src/transport/send-queue.js';
import { FakeConnection } from '../support/fake-connection.js';
import { Bench, DEADLINE_MILLIS } from './delivery-bench.js';

describe('a delivery that has waited for its connection', () => {
  /** Grants the only connection when so much time is left until the deadline. */
  async function grantedWith(leftMillis: number): Promise<{ bench: Bench; queue: SendQueue }> {
    const connection = new FakeConnection();
    const queue = new SendQueue([connection]);
    queue.acquire(() => undefined);
    const bench = new Bench({ queue });
    await bench.advance(DEADLINE_MILLIS - leftMillis);
    queue.release(connection);
    await bench.turn();
    expect(connection.sent).toHaveLength(leftMillis < 50 ? 0 : 1);
    return { bench, queue };
  }

  it('is sent if there is time', async () => {
    const { bench } = await grantedWith(50);

    expect(bench.clock.armed).toBe(1);
  });

  it('is sent in the last moments of a short grace, too', async () => {
    const connection = new FakeConnection();
    const queue = new SendQueue([connection]);
    queue.acquire(() => undefined);
    const bench = new Bench({ queue });
    await bench.turn();
    bench.delivery.hurry(20);
    await bench.advance(18);

    queue.release(connection);
    await bench.turn();

    expect(connection.sent).toHaveLength(1);
  });

  it('leaves it to others shortly before the deadline, and ends with that', async () => {
    const { bench, queue } = await grantedWith(49);
    let isFree = false;
    queue.acquire(() => {
      isFree = true;
    });
    expect([isFree, bench.settled]).toEqual([true, undefined]);

    bench.delivery.cancel({ kind: 'timeout' });
    await bench.turn();

    expect(bench.settled).toMatchObject({ cancellation: { kind: 'timeout' }, attempts: 0 });
  });
});
