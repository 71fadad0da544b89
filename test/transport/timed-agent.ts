// Owns an Agent in virtual time, and the exports to it: how long it takes for each request is given, and how many of the
// exports it answers in time comes out. The deliveries, their queue and its rules are the real ones.

import type { Connection, OnStep, Sendable } from '../../src/transport/connection.js';
import { Delivery, type DeliveryContext } from '../../src/transport/delivery.js';
import type { SendOutcome } from '../../src/transport/send-outcome.js';
import { SendQueue } from '../../src/transport/send-queue.js';
import { ACCEPTED } from '../support/fake-connection.js';
import { ManualClock } from '../support/manual-clock.js';

const STEP_MILLIS = 5;
const PAYLOAD: Sendable = { body: Uint8Array.of(0x90), chunkCount: 0 };

export interface Scenario {
  /** Moments at which exports begin. */
  readonly startsMillis: readonly number[];
  /** How long the Agent works on a request that begins at a moment. */
  readonly workMillis: (nowMillis: number) => number;
  /** Whether it works on one request at a time, those that were cut included. */
  readonly isSerial?: boolean;
  readonly timeoutMillis?: number;
}

/** Sends nothing, and answers when the Agent is done. */
class TimedConnection implements Connection {
  readonly hasWritten = true;
  readonly #clock: ManualClock;
  readonly #millisUntilDone: () => number;

  constructor(clock: ManualClock, millisUntilDone: () => number) {
    this.#clock = clock;
    this.#millisUntilDone = millisUntilDone;
  }

  send(_payload: Sendable, signal: AbortSignal, onStep: OnStep): Promise<SendOutcome> {
    onStep('requesting');
    return new Promise((settle) => {
      const cut = (): void => settle({ kind: 'cancelled', attempts: 1 });
      signal.addEventListener('abort', cut, { once: true });
      this.#clock.schedule(this.#millisUntilDone(), () => {
        signal.removeEventListener('abort', cut);
        settle(ACCEPTED);
      });
    });
  }

  close(): void {}
  abandon(): void {}
}

/** Runs to the end of all exports, over two connections with the usual limits. */
export async function answeredInTime(scenario: Scenario): Promise<number> {
  const { startsMillis, workMillis, isSerial = false, timeoutMillis = 10_000 } = scenario;
  const clock = new ManualClock();
  let freeMillis = 0;
  const millisUntilDone = (): number => {
    const now = clock.nowMillis();
    const doneMillis = Math.max(isSerial ? freeMillis : 0, now) + workMillis(now);
    freeMillis = doneMillis;
    return doneMillis - now;
  };
  const connections = [1, 2].map(() => new TimedConnection(clock, millisUntilDone));
  const context: DeliveryContext = {
    queue: new SendQueue(connections, clock),
    clock,
    random: () => 0.5,
    maxRetries: 4,
    attemptTimeoutMillis: 3_000,
    onReply: () => undefined,
    onDeferred: () => undefined,
  };
  let answered = 0;
  const deliver = async (): Promise<void> => {
    const endMillis = clock.nowMillis() + timeoutMillis;
    const delivery = new Delivery(PAYLOAD, endMillis, context);
    clock.schedule(timeoutMillis, () => delivery.cancel({ kind: 'timeout' }));
    const { outcome } = await delivery.run();
    if (outcome.kind === 'accepted') answered++;
  };
  for (const millis of startsMillis) clock.schedule(millis, () => void deliver());
  const lastMillis = Math.max(...startsMillis) + timeoutMillis;
  while (clock.nowMillis() <= lastMillis) {
    clock.advance(STEP_MILLIS);
    await new Promise(setImmediate);
  }
  return answered;
}
