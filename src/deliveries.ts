// Owns the payloads of one export that are on their way: what the Agent's answers mean for their
// spans, and cutting a payload in two that it finds too large. Knows nothing of encoding.

import { type Failure, failureOf, PAYLOAD_TOO_LARGE } from './export-failure.js';
import type { Dispose } from './lang/clock.js';
import type { Ledger } from './ledger.js';
import type { Payload } from './payload/payload-builder.js';
import { splitPayload } from './payload/payload-parts.js';
import { Delivery, type DeliveryContext, type DeliveryResult } from './transport/delivery.js';
import type { Cancellation, SendOutcome } from './transport/send-outcome.js';

export interface DeliveriesContext {
  readonly ledger: Ledger;
  readonly delivery: DeliveryContext;
}

export class Deliveries {
  readonly #context: DeliveriesContext;
  /** Moment of the clock at which the export times out. */
  readonly #deadlineMillis: number;
  readonly #onSettled: () => void;
  readonly #underWay = new Set<Delivery>();
  readonly #failures: Failure[] = [];
  /** Set by a flush or a shutdown, see `Delivery.hurry`. */
  #hurryDeadlineMillis: number | undefined;
  #isCancelled = false;
  #payloads = 0;
  #lastStatus: number | undefined;

  /** `onSettled` is called whenever a payload has come to its end. */
  constructor(context: DeliveriesContext, deadlineMillis: number, onSettled: () => void) {
    this.#context = context;
    this.#deadlineMillis = deadlineMillis;
    this.#onSettled = onSettled;
  }

  get isIdle(): boolean {
    return this.#payloads === 0;
  }

  /** Whether all that is left waits for a moment that the Agent has named. */
  get isDeferred(): boolean {
    const isAllUnderWay = !this.isIdle && this.#underWay.size >= this.#payloads;
    return isAllUnderWay && [...this.#underWay].every((delivery) => delivery.isDeferred);
  }

  get failures(): readonly Failure[] {
    return this.#failures;
  }

  /** Status of the Agent's latest answer. */
  get lastStatus(): number | undefined {
    return this.#lastStatus;
  }

  /** Sends the payload. `release` is called when all of it is settled. */
  add(payload: Payload, release: Dispose): void {
    this.#payloads++;
    void this.#send(payload).then(() => {
      release();
      this.#payloads--;
      this.#onSettled();
    });
  }

  /** Counts spans as dropped that will not be sent. */
  fail(failure: Failure): void {
    this.#context.ledger.dropped(failure.kind, failure.spans);
    this.#failures.push(failure);
  }

  /** Ends all that is under way; nothing starts afterwards. */
  cancel(cancellation: Cancellation): void {
    this.#isCancelled = true;
    for (const delivery of this.#underWay) delivery.cancel(cancellation);
  }

  /** No more backing off, neither of these payloads nor of those to come; see `Delivery.hurry`. */
  hurry(deadlineMillis: number): void {
    this.#hurryDeadlineMillis = Math.min(this.#hurryDeadlineMillis ?? Infinity, deadlineMillis);
    for (const delivery of this.#underWay) delivery.hurry(deadlineMillis);
  }

  async #send(payload: Payload): Promise<void> {
    const result = await this.#deliver(payload);
    const halves = statusOf(result.outcome) === PAYLOAD_TOO_LARGE ? splitPayload(payload) : [];
    if (halves.length === 0 || this.#isCancelled) {
      return this.#record(result, payload.spanCount);
    }
    await Promise.all(halves.map((half) => this.#sendHalf(half, result.attempts)));
  }

  async #sendHalf(half: Payload, earlierAttempts: number): Promise<void> {
    const result = await this.#deliver(half);
    this.#record({ ...result, attempts: result.attempts + earlierAttempts }, half.spanCount);
  }

  async #deliver(payload: Payload): Promise<DeliveryResult> {
    const delivery = new Delivery(payload, this.#deadlineMillis, this.#context.delivery);
    if (this.#hurryDeadlineMillis !== undefined) delivery.hurry(this.#hurryDeadlineMillis);
    this.#underWay.add(delivery);
    const result = await delivery.run();
    this.#underWay.delete(delivery);
    this.#lastStatus = statusOf(result.outcome) ?? this.#lastStatus;
    return result;
  }

  #record(result: DeliveryResult, spans: number): void {
    if (result.outcome.kind === 'accepted') this.#context.ledger.exported(spans);
    else this.fail(failureOf(result.outcome, result, spans));
  }
}

function statusOf(outcome: SendOutcome): number | undefined {
  return outcome.kind === 'accepted' || outcome.kind === 'rejected'
    ? outcome.reply.status
    : undefined;
}
