import { expect, it } from 'vitest';
import { Diagnostics } from '../../src/diagnostics.js';
import { BatchEncoding } from '../../src/exporter/batch-encoding.js';
import { Deliveries } from '../../src/exporter/deliveries.js';
import type { SliceOutcome, SlicePace } from '../../src/exporter/encoding-turns.js';
import { spanSource } from '../../src/exporter/export-source.js';
import { PendingBytes } from '../../src/exporter/pending-bytes.js';
import type { ReadableSpan, TimedEvent } from '../../src/index.js';
import { Ledger } from '../../src/ledger.js';
import { V04Encoder } from '../../src/payload/v04-encoder.js';
import { SendQueue } from '../../src/transport/send-queue.js';
import { FOUR_MIB, NO_SETTINGS } from '../support/encoding.js';
import { FakeConnection } from '../support/fake-connection.js';
import { ManualClock } from '../support/manual-clock.js';
import { makeSpans } from '../support/spans.js';

const TOO_LONG = Array.from({ length: 10_000 }, () => 1.5);

/** The outcomes of slices of at most 1 000 spans. */
function slicesOf(spans: readonly ReadableSpan[], pace: SlicePace): readonly SliceOutcome[] {
  const clock = new ManualClock();
  const ledger = new Ledger();
  const delivery = {
    queue: new SendQueue([new FakeConnection()], clock),
    clock,
    random: () => 0.5,
    maxRetries: 0,
    attemptTimeoutMillis: 3_000,
    onReply: () => undefined,
    onDeferred: () => undefined,
  };
  ledger.receive(spans.length);
  const encoding = new BatchEncoding(
    spanSource(spans, new V04Encoder(NO_SETTINGS, FOUR_MIB)),
    { ledger, pending: new PendingBytes(FOUR_MIB), diagnostics: new Diagnostics(clock) },
    new Deliveries({ ledger, delivery }, 10_000, () => undefined),
  );
  const outcomes: SliceOutcome[] = [];
  while (outcomes.at(-1) !== 'done') outcomes.push(encoding.encodeSlice(1_000, pace));
  return outcomes;
}

it.each(['now', 'later'] as const)('a slice ends early if its spans are large, %s', (pace) => {
  const spans = makeSpans(20, { attributes: { text: 'x'.repeat(20_000) } });

  expect(slicesOf(spans, pace)).toEqual(['more', 'more', 'done']); // seven of 20 000 bytes each, then six
});

it('a slice ends early if much is written that finds no place in the tag of events', () => {
  const event: TimedEvent = { name: 'e', time: [1, 0], attributes: { TOO_LONG } };

  expect(slicesOf(makeSpans(20, { events: [event] }), 'now')).toEqual([
    'more',
    'more',
    'more',
    'done',
  ]);
});

it('a slice goes on to its last span if they are small', () => {
  expect(slicesOf(makeSpans(200), 'now')).toEqual(['done']);
});
