import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { AnswerTime } from '../../src/transport/answer-time.js';
import { SendQueue } from '../../src/transport/send-queue.js';
import { openExporter } from '../support/exporters.js';
import { exportSpans } from '../support/exports.js';
import { ACCEPTED, FakeConnection, rejected } from '../support/fake-connection.js';
import { openFaultServer, type Script, type Step } from '../support/fault-server.js';
import { pause, readAll, reply, stall } from '../support/fault-steps.js';
import { makeSpans } from '../support/spans.js';
import { ManualClock } from '../support/manual-clock.js';
import { Bench, DEADLINE_MILLIS, patient } from './delivery-bench.js';

interface Granted {
  readonly bench: Bench;
  readonly queue: SendQueue;
  readonly connection: FakeConnection;
  /** Number of requests. */
  readonly sent: number;
}

function slow(answers: AnswerTime): void {
  answers.accepted(2_000);
}

describe('a delivery that has waited for its connection', () => {
  /** Grants the only connection when so much time is left until the deadline, while another waits for it as well. */
  async function grantedWith(
    leftMillis: number,
    prepare: (answerTime: AnswerTime) => void = () => undefined,
  ): Promise<Granted> {
    const connection = new FakeConnection();
    const clock = new ManualClock();
    const queue = new SendQueue([connection], clock);
    prepare(queue.answerTime);
    queue.acquire(patient());
    const bench = new Bench({ queue, clock });
    await bench.turn();
    queue.acquire(patient());
    await bench.advance(DEADLINE_MILLIS - leftMillis);
    queue.release(connection);
    await bench.turn();
    return { bench, queue, connection, sent: connection.sent.length };
  }

  it('is sent if there is time', async () => {
    const { bench, sent } = await grantedWith(50);

    expect([bench.clock.armed, sent]).toEqual([1, 1]);
    expect(await grantedWith(49)).toMatchObject({ sent: 0 });
  });

  it.each([2_999, 10])(
    'ends if it is cancelled in the turn in which it gets its connection, %i ms before its deadline',
    async (leftMillis) => {
      const connection = new FakeConnection();
      const clock = new ManualClock();
      const queue = new SendQueue([connection], clock);
      slow(queue.answerTime);
      queue.acquire(patient());
      const bench = new Bench({ queue, clock });
      await bench.advance(DEADLINE_MILLIS - leftMillis);

      queue.release(connection);
      bench.delivery.cancel({ kind: 'aborted' });
      await bench.turn();
      let isFree = false;
      queue.acquire(
        patient(() => {
          isFree = true;
        }),
      );

      expect(bench.settled).toMatchObject({ cancellation: { kind: 'aborted' }, attempts: 0 });
      expect([connection.sent.length, isFree]).toEqual([0, true]);
    },
  );

  it.each<[string, number, number, (answerTime: AnswerTime) => void]>([
    ['has taken 2 s of late', 3_000, 2_999, slow],
    ['had not answered after 2 s', 3_000, 2_999, (answers) => answers.cut(2_000)],
    ['takes longer than any export has', 5_000, 4_999, (answers) => answers.accepted(60_000)],
    [
      'is fast again',
      150,
      149,
      (answers) => {
        answers.cut(2_000);
        answers.accepted(100);
      },
    ],
    [
      'had to be cut early once',
      3_000,
      2_999,
      (answers) => {
        answers.accepted(2_000);
        answers.cut(10);
      },
    ],
  ])('is sent in time for an answer of an Agent that %s', async (_how, enough, short, prepare) => {
    expect(await grantedWith(enough, prepare)).toMatchObject({ sent: 1 });
    expect(await grantedWith(short, prepare)).toMatchObject({ sent: 0 });
  });

  it('is sent however late if it need not wait', async () => {
    const connection = new FakeConnection();
    const clock = new ManualClock();
    const queue = new SendQueue([connection], clock);
    const bench = new Bench({ queue, clock });
    const acquire = vi.spyOn(queue, 'acquire');
    await bench.advance(970);
    connection.sent[0]?.settle(rejected(503, ['9']));
    await bench.turn();
    acquire.mockImplementation(({ receive }) => {
      bench.clock.advance(1); // as any clock does meanwhile
      receive(connection);
      return () => undefined;
    });

    await bench.advance(9_000);

    expect(connection.sent).toHaveLength(2);
  });

  it('is sent after the limit of a flush or a grace, too: the process may live on', async () => {
    const connection = new FakeConnection();
    const clock = new ManualClock();
    const queue = new SendQueue([connection], clock);
    const bench = new Bench({ queue, clock });
    await bench.turn();
    queue.acquire(patient());
    bench.delivery.hurry(20);
    connection.sent[0]?.settle(rejected(503));
    await bench.turn();
    await bench.advance(1_000);

    queue.release(connection);
    await bench.turn();

    expect(connection.sent).toHaveLength(2);
  });

  it('goes after others if its answer may be late', async () => {
    const { bench, queue, connection, sent } = await grantedWith(1_999, slow);
    expect(sent).toBe(0);

    await bench.advance(1_949);
    queue.release(connection);
    await bench.turn();

    expect(connection.sent).toHaveLength(1);
  });

  it('is not sent just before its deadline, even if nothing else waits, and ends with that', async () => {
    const { bench, queue, connection } = await grantedWith(1_999, slow);
    await bench.advance(1_950);
    queue.release(connection);
    await bench.turn();
    let isFree = false;
    queue.acquire(
      patient(() => {
        isFree = true;
      }),
    );
    expect([connection.sent.length, isFree, bench.settled]).toEqual([0, true, undefined]);

    bench.delivery.cancel({ kind: 'timeout' });
    await bench.turn();

    expect(bench.settled).toMatchObject({ cancellation: { kind: 'timeout' }, attempts: 0 });
  });

  it('gives its connection back if it is cancelled while it goes after others', async () => {
    const { bench, queue, connection } = await grantedWith(1_999, slow);
    bench.delivery.cancel({ kind: 'timeout' });
    await bench.turn();

    queue.release(connection);
    let isFree = false;
    queue.acquire(
      patient(() => {
        isFree = true;
      }),
    );

    expect([connection.sent.length, isFree]).toEqual([0, true]);
    expect(bench.settled).toMatchObject({ cancellation: { kind: 'timeout' }, attempts: 0 });
  });
});

describe('a delivery', () => {
  it('tells what an answer took, and what it had taken when the export timed out', async () => {
    const connection = new FakeConnection();
    const clock = new ManualClock();
    const queue = new SendQueue([connection], clock);
    const accepted = new Bench({ queue, clock });
    await accepted.turn();
    await accepted.advance(300);
    connection.sent[0]?.settle(ACCEPTED);
    await accepted.turn();
    expect(queue.answerTime.millis).toBe(300);

    const refused = new Bench({ queue, clock, maxRetries: 0 });
    await refused.turn();
    await refused.advance(900);
    connection.sent[1]?.settle(rejected(503));
    await refused.turn();
    expect(queue.answerTime.millis).toBe(300);

    const cut = new Bench({ queue, clock });
    await cut.turn();
    await cut.advance(700);
    cut.delivery.cancel({ kind: 'timeout' });
    connection.sent[2]?.settle({ kind: 'cancelled', attempts: 1 });
    await cut.turn();
    expect(queue.answerTime.millis).toBe(700);
  });
});

describe('an Agent that is slower than spans are made', () => {
  it('is sent what it can answer in time', async () => {
    let answers = 0;
    let work: Promise<unknown> = Promise.resolve();
    const answerInTurn: Step = async (exchange) => {
      await (work = work.then(() => pause(100)(exchange)));
      answers++;
    };
    const server = await openFaultServer({ scripts: [[readAll, answerInTurn, reply(200)]] });
    const exporter = openExporter({ url: server.url, timeoutMillis: 1_000 });
    const isEnough = (): boolean => answers >= 30;
    const exportInTurn = async (): Promise<void> => {
      while (!isEnough()) await exportSpans(exporter, makeSpans(1));
    };

    // Thrice what it answers within the time of an export.
    await Promise.all(Array.from({ length: 30 }, exportInTurn));

    expect(exporter.stats().exported).toBeGreaterThan(20);
    expect(Object.keys(exporter.stats().droppedByReason)).toEqual(['timeout']);
  });
});

describe('an Agent that pauses once', () => {
  it('gets all that has waited meanwhile', async () => {
    const answer: Script = [readAll, reply(200)];
    const server = await openFaultServer({
      scripts: [[readAll, pause(2_500), reply(200)], answer],
    });
    const exporter = openExporter({ url: server.url, timeoutMillis: 4_000, maxConnections: 1 });

    await Promise.all(makeSpans(20).map((span) => exportSpans(exporter, [span])));

    expect(exporter.stats()).toMatchObject({ exported: 20, dropped: 0 });
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
