// Owns a delivery on a clock that a test moves, over a connection that sends nothing. Judges nothing.

import {
  Delivery,
  type DeliveryContext,
  type DeliveryResult,
} from '../../src/transport/delivery.js';
import type { Reply } from '../../src/transport/reply.js';
import type { SendOutcome } from '../../src/transport/send-outcome.js';
import type { Connection } from '../../src/transport/connection.js';
import { type Applicant, SendQueue } from '../../src/transport/send-queue.js';
import { FakeConnection } from '../support/fake-connection.js';
import { ManualClock } from '../support/manual-clock.js';
import { until } from '../support/until.js';

const PAYLOAD = { body: Uint8Array.of(0x90), chunkCount: 0 };
export const REFUSED: SendOutcome = {
  kind: 'broken',
  at: 'connect',
  cause: Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }),
};
export const DEADLINE_MILLIS: number = 10_000;

interface BenchSettings extends Partial<DeliveryContext> {
  readonly clock?: ManualClock;
}

/** Waits for a connection without ever having to hurry. */
export function patient(receive: (connection: Connection) => void = () => undefined): Applicant {
  return { time: { startMillis: 0, endMillis: Infinity }, receive };
}

/** A delivery whose attempts end as the test says, on a clock that the test moves. */
export class Bench {
  readonly clock: ManualClock;
  readonly connection: FakeConnection = new FakeConnection();
  readonly replies: number[] = [];
  readonly delivery: Delivery;
  readonly result: Promise<DeliveryResult>;
  settled: DeliveryResult | undefined;

  constructor({ clock = new ManualClock(), ...settings }: BenchSettings = {}) {
    this.clock = clock;
    this.delivery = new Delivery(PAYLOAD, DEADLINE_MILLIS, {
      queue: new SendQueue([this.connection], clock),
      clock,
      random: () => 0.5,
      maxRetries: 4,
      attemptTimeoutMillis: 3_000,
      onReply: ({ status }: Reply) => void this.replies.push(status),
      onDeferred: () => undefined,
      ...settings,
    });
    this.result = this.delivery.run();
    void this.result.then((result) => {
      this.settled = result;
    });
  }

  get attempts(): number {
    return this.connection.sent.length;
  }

  /** Ends the attempt that is under way and lets the delivery react. */
  async end(outcome: SendOutcome): Promise<void> {
    await until('an attempt', () => this.attempts > 0);
    this.connection.sent.at(-1)?.settle(outcome);
    await this.turn();
  }

  async advance(millis: number): Promise<void> {
    this.clock.advance(millis);
    await this.turn();
  }

  async turn(): Promise<void> {
    await new Promise(setImmediate);
  }
}
