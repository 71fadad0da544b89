import { describe, expect, it } from 'vitest';
import { Deliveries } from '../../src/exporter/deliveries.js';
import { Ledger } from '../../src/ledger.js';
import type { Payload } from '../../src/payload/payload-builder.js';
import type { SendOutcome } from '../../src/transport/send-outcome.js';
import { SendQueue } from '../../src/transport/send-queue.js';
import { encode } from '../support/encoding.js';
import { FakeConnection, rejected } from '../support/fake-connection.js';
import { ManualClock } from '../support/manual-clock.js';
import { makeSpan } from '../support/spans.js';
import { until } from '../support/until.js';

/** Two traces, so that it can be cut in two. */
function twoTraces(): Payload {
  const spans = ['a', 'b'].map((digit) => makeSpan({ traceId: digit.repeat(32) }));
  const [payload] = encode(spans).payloads;
  if (payload === undefined) throw new Error('nothing was encoded');
  return payload;
}

/** Deliveries whose attempts end as the test says, on a clock that stands still. */
class Bench {
  readonly connection = new FakeConnection();
  readonly clock = new ManualClock();
  readonly ledger = new Ledger();
  readonly deliveries: Deliveries;

  constructor(onReply: () => void = () => undefined) {
    const delivery = {
      queue: new SendQueue([this.connection], this.clock),
      clock: this.clock,
      random: () => 0.5,
      maxRetries: 4,
      attemptTimeoutMillis: 3_000,
      onReply,
      onDeferred: () => undefined,
    };
    const { ledger } = this;
    this.deliveries = new Deliveries({ ledger, delivery }, 10_000, () => undefined);
  }

  /** Has one payload answered, and waits for its end. */
  async answer(outcome: SendOutcome): Promise<void> {
    this.ledger.receive(2);
    this.ledger.take(2);
    let isReleased = false;
    this.deliveries.add(twoTraces(), () => {
      isReleased = true;
    });
    await until('the attempt', () => this.connection.sent.length === 1);
    this.connection.sent[0]?.settle(outcome);
    await until('the end', () => isReleased);
  }
}

describe('a 413 that comes together with the end', () => {
  it('is not sent again in halves', async () => {
    const bench = new Bench(() => bench.deliveries.cancel({ kind: 'shutdown' }));

    await bench.answer(rejected(413));

    const { connection, deliveries, ledger } = bench;
    expect(connection.sent).toHaveLength(1);
    expect(deliveries.failures).toMatchObject([{ kind: 'too_large', status: 413, spans: 2 }]);
    expect(ledger.counts()).toMatchObject({ inFlight: 0, droppedByReason: { too_large: 2 } });
  });
});

describe('deliveries in a hurry', () => {
  it('keep the earlier deadline for payloads that come after a later one was named', async () => {
    const bench = new Bench();

    bench.deliveries.hurry(1_000, { kind: 'shutdown' });
    bench.deliveries.hurry(Infinity, { kind: 'shutdown' });
    await bench.answer(rejected(503, ['2']));

    expect(bench.deliveries.failures).toMatchObject([{ kind: 'rejected', status: 503, spans: 2 }]);
    expect(bench.clock.armed).toBe(0);
  });
});
