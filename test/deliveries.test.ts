import { describe, expect, it } from 'vitest';
import { Deliveries } from '../src/deliveries.js';
import { Ledger } from '../src/ledger.js';
import type { Payload } from '../src/payload/payload-builder.js';
import { SendQueue } from '../src/transport/send-queue.js';
import { encode } from './support/encoding.js';
import { FakeConnection } from './support/fake-connection.js';
import { ManualClock } from './support/manual-clock.js';
import { makeSpan } from './support/spans.js';
import { until } from './support/until.js';

/** Two traces, so that it can be cut in two. */
function twoTraces(): Payload {
  const spans = ['a', 'b'].map((digit) => makeSpan({ traceId: digit.repeat(32) }));
  const [payload] = encode(spans).payloads;
  if (payload === undefined) throw new Error('nothing was encoded');
  return payload;
}

describe('a 413 that comes together with the end', () => {
  it('is not sent again in halves', async () => {
    const connection = new FakeConnection();
    const ledger = new Ledger();
    ledger.receive(2);
    ledger.take(2);
    const delivery = {
      queue: new SendQueue([connection]),
      clock: new ManualClock(),
      random: () => 0.5,
      maxRetries: 4,
      attemptTimeoutMillis: 3_000,
      onReply: () => deliveries.cancel({ kind: 'shutdown' }),
      onDeferred: () => undefined,
    };
    const deliveries = new Deliveries({ ledger, delivery }, 10_000, () => undefined);
    let isReleased = false;
    deliveries.add(twoTraces(), () => {
      isReleased = true;
    });
    await until('the attempt', () => connection.sent.length === 1);

    connection.sent[0]?.settle({
      kind: 'rejected',
      reply: { status: 413, ratesVersion: undefined, retryAfter: [], text: '' },
    });
    await until('the end', () => isReleased);

    expect(connection.sent).toHaveLength(1);
    expect(deliveries.failures).toMatchObject([{ kind: 'too_large', status: 413, spans: 2 }]);
    expect(ledger.counts()).toMatchObject({ inFlight: 0, droppedByReason: { too_large: 2 } });
  });
});
