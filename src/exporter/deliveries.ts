// Owns the payloads of one export that are on their way: what the Agent's answers mean for their
// spans, and splitting a payload that the Agent finds too large. Knows nothing of encoding.

import type { Cancellation } from '../cancellation.js';
import type { Dispose } from '../lang/clock.js';
import type { Ledger } from '../ledger.js';
import type { Payload } from '../payload/payload-builder.js';
import { splitPayload } from '../payload/payload-parts.js';
import { Delivery, type DeliveryContext, type DeliveryResult } from '../transport/delivery.js';
import type { SendOutcome } from '../transport/send-outcome.js';
import { type Failure, failureOf, PAYLOAD_TOO_LARGE } from './export-failure.js';

export interface DeliveriesContext {
  readonly ledger: Ledger;
  readonly delivery: DeliveryContext;
}

/** A payload of which no answer has been noted. */
export interface UnansweredPayload {
  readonly payload: Payload;
  /** Whether all of it has left this process. */
  readonly isWritten: boolean;
  /** Number of attempts to send it that have ended. */
  readonly attempts: number;
  /** Says in the result of the export how the spans were lost; to be counted by whoever calls this. */
  readonly noteFailure: (failure: Failure) => void;
}

/** Whether the payloads are followed to their answers, were cancelled, or are somebody else's to send. */
type Course = 'open' | 'cancelled' | 'givenAway';

export class Deliveries {
  readonly #context: DeliveriesContext;
  /** Moment of the clock at which the export times out. */
  readonly #deadlineMillis: number;
  readonly #onSettled: () => void;
  readonly #underWay = new Map<Payload, Delivery>();
  readonly #failures: Failure[] = [];
  /** Set by a flush or a shutdown, see `Delivery.hurry`. */
  #hurryDeadlineMillis: number | undefined;
  #course: Course = 'open';
  #payloads = 0;
  #lastStatus: number | undefined;

  /** `onSettled` is called whenever a payload has settled. */
  constructor(context: DeliveriesContext, deadlineMillis: number, onSettled: () => void) {
    this.#context = context;
    this.#deadlineMillis = deadlineMillis;
    this.#onSettled = onSettled;
  }

  get isIdle(): boolean {
    return this.#payloads === 0;
  }

  /** Whether all payloads that are left wait for a time that the Agent has set. */
  get isDeferred(): boolean {
    const isAllUnderWay = !this.isIdle && this.#underWay.size >= this.#payloads;
    return isAllUnderWay && [...this.#underWay.values()].every((delivery) => delivery.isDeferred);
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

  /** Counts the spans of `failure` as dropped, and keeps it for the result. */
  fail(failure: Failure): void {
    this.#failures.push(failure); // first: an instrument of the user that is told of it may end the export
    this.#context.ledger.dropped(failure.kind, failure.spans);
  }

  /** Ends all that is under way; nothing starts afterwards. */
  cancel(cancellation: Cancellation): void {
    if (this.#course === 'open') this.#course = 'cancelled';
    for (const delivery of this.#underWay.values()) delivery.cancel(cancellation);
  }

  /**
   * Gives away the payloads without an answer; they are not counted here any more, whatever becomes of them.
   * Cancelled ones are counted as dropped now: they may not be sent, and their attempts have no time left to end.
   */
  giveAway(): readonly UnansweredPayload[] {
    if (this.#course === 'givenAway') return [];
    this.#course = 'givenAway';
    return [...this.#underWay].flatMap(([payload, { hasWritten, attempts, cancellation }]) => {
      if (cancellation === undefined) {
        const noteFailure = (failure: Failure): void => void this.#failures.push(failure);
        return { payload, isWritten: hasWritten, attempts, noteFailure };
      }
      this.fail({ ...cancellation, spans: payload.spanCount, attempts });
      return [];
    });
  }

  /** Ends all backoffs, of the present payloads and of later ones; see `Delivery.hurry`. */
  hurry(deadlineMillis: number, cancellation: Cancellation): void {
    this.#hurryDeadlineMillis = Math.min(this.#hurryDeadlineMillis ?? Infinity, deadlineMillis);
    for (const delivery of this.#underWay.values()) delivery.hurry(deadlineMillis, cancellation);
  }

  async #send(payload: Payload): Promise<void> {
    const result = await this.#deliver(payload);
    const halves = statusOf(result.outcome) === PAYLOAD_TOO_LARGE ? splitPayload(payload) : [];
    if (halves.length === 0 || this.#course !== 'open') return this.#record(result, payload);
    this.#underWay.delete(payload);
    await this.#sendHalves(halves, result.attempts);
  }

  /** The attempts before the split are counted with the first half that fails, and only with that. */
  async #sendHalves(halves: readonly Payload[], earlierAttempts: number): Promise<void> {
    let untold = earlierAttempts;
    const send = async (half: Payload): Promise<void> => {
      const result = await this.#deliver(half);
      const earlier = result.outcome.kind === 'accepted' ? 0 : untold;
      untold -= earlier;
      this.#record({ ...result, attempts: result.attempts + earlier }, half);
      this.#onSettled(); // the other half may wait for a time that the Agent has set
    };
    await Promise.all(halves.map(send));
  }

  async #deliver(payload: Payload): Promise<DeliveryResult> {
    const delivery = new Delivery(payload, this.#deadlineMillis, this.#context.delivery);
    if (this.#hurryDeadlineMillis !== undefined) delivery.hurry(this.#hurryDeadlineMillis);
    this.#underWay.set(payload, delivery);
    const result = await delivery.run();
    this.#lastStatus = statusOf(result.outcome) ?? this.#lastStatus;
    return result;
  }

  #record(result: DeliveryResult, payload: Payload): void {
    const spans = payload.spanCount;
    this.#underWay.delete(payload);
    if (this.#course === 'givenAway') return;
    if (result.outcome.kind !== 'accepted') {
      this.fail(failureOf(result.outcome, result, spans));
      return;
    }
    this.#context.ledger.exported(spans);
    payload.recycle(); // the Agent has it, and earlier attempts ended with their connections
  }
}

function statusOf(outcome: SendOutcome): number | undefined {
  return outcome.kind === 'accepted' || outcome.kind === 'rejected'
    ? outcome.reply.status
    : undefined;
}
