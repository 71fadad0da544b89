import { expect, it } from 'vitest';
import { BatchEncoding } from '../src/batch-encoding.js';
import { Deliveries } from '../src/deliveries.js';
import { Diagnostics } from '../src/diagnostics.js';
import { spanSource } from '../src/export-source.js';
import { Ledger } from '../src/ledger.js';
import { V04Encoder } from '../src/payload/v04-encoder.js';
import { PendingBytes } from '../src/pending-bytes.js';
import { SendQueue } from '../src/transport/send-queue.js';
import { FOUR_MIB, NO_SETTINGS } from './support/encoding.js';
import { FakeConnection } from './support/fake-connection.js';
import { ManualClock } from './support/manual-clock.js';
import { makeSpans } from './support/spans.js';

it.each(['now', 'later'] as const)(
  'a slice ends early if its spans are large, at the pace %s',
  (pace) => {
    const clock = new ManualClock();
    const ledger = new Ledger();
    const delivery = {
      queue: new SendQueue([new FakeConnection()]),
      clock,
      random: () => 0.5,
      maxRetries: 0,
      attemptTimeoutMillis: 3_000,
      onReply: () => undefined,
      onDeferred: () => undefined,
    };
    const spans = makeSpans(20, { attributes: { text: 'x'.repeat(20_000) } });
    ledger.receive(spans.length);
    const encoding = new BatchEncoding(
      spanSource(spans, new V04Encoder(NO_SETTINGS, FOUR_MIB)),
      { ledger, pending: new PendingBytes(FOUR_MIB), diagnostics: new Diagnostics(clock) },
      new Deliveries({ ledger, delivery }, 10_000, () => undefined),
    );

    const outcomes = Array.from({ length: 3 }, () => encoding.encodeSlice(1_000, pace));

    expect(outcomes).toEqual(['more', 'more', 'done']); // seven of 20 000 bytes each, then six
  },
);
