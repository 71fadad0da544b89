import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { SendQueue } from '../../src/transport/send-queue.js';
import { openExporter } from '../support/exporters.js';
import { exportSpans } from '../support/exports.js';
import { FakeConnection, rejected } from '../support/fake-connection.js';
import { openFaultServer } from '../support/fault-server.js';
import { readAll, stall } from '../support/fault-steps.js';
import { makeSpans } from '../support/spans.js';
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

  it('is sent however late if it need not wait', async () => {
    const connection = new FakeConnection();
    const queue = new SendQueue([connection]);
    const bench = new Bench({ queue });
    const acquire = vi.spyOn(queue, 'acquire');
    await bench.advance(970);
    connection.sent[0]?.settle(rejected(503, ['9']));
    await bench.turn();
    acquire.mockImplementation((receive) => {
      bench.clock.advance(1); // as any clock does meanwhile
      receive(connection);
      return () => undefined;
    });

    await bench.advance(9_000);

    expect(connection.sent).toHaveLength(2);
  });

  it('is sent after the limit of a flush or a grace, too: the process may live on', async () => {
    const connection = new FakeConnection();
    const queue = new SendQueue([connection]);
    queue.acquire(() => undefined);
    const bench = new Bench({ queue });
    await bench.turn();
    bench.delivery.hurry(20);
    await bench.advance(1_000);

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

describe('many exports that time out together', () => {
  it('share a few connections to an Agent that hangs', async () => {
    const server = await openFaultServer({ scripts: [[readAll, stall]] });
    const exporter = openExporter({ url: server.url, timeoutMillis: 1_000 });

    let connections = 0;
    const count = (): void => void connections++;
    subscribe('undici:client:beforeConnect', count);
    onTestFinished(() => void unsubscribe('undici:client:beforeConnect', count));

    const exports = makeSpans(300).map((span) => exportSpans(exporter, [span]));
    await Promise.all(exports);

    expect(exporter.stats().droppedByReason).toEqual({ timeout: 300 });
    expect(connections).toBeLessThan(100);
  });
});
