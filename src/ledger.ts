// Owns the account of spans: each span handed to the exporter is in exactly one column at any instant.
// Knows nothing of why spans move between columns.

import type { DropReason } from './errors.js';

/** `received = exported + dropped + buffered + inFlight`, at any instant. */
export interface LedgerSnapshot extends LedgerCounts {
  /**
   * Spans that were under way or buffered here when the heap was duplicated, or were handed over while a startup
   * snapshot was built. They are for another process to send, or for none, and in none of the other columns.
   */
  readonly inherited: number;
}

/**
 * What became of an exporter's spans, counted from zero in each process: also in one that is a copy of another, made by
 * a startup snapshot or a clone of the machine.
 */
export interface LedgerCounts {
  /** Spans handed to `export()`, and sampled spans that ended in a `DatadogBatchSpanProcessor`. */
  readonly received: number;
  /** Spans that the Agent accepted. */
  readonly exported: number;
  /** Spans that are lost for good. */
  readonly dropped: number;
  /** `dropped` by reason; a reason that never occurred is absent. */
  readonly droppedByReason: Readonly<Partial<Record<DropReason, number>>>;
  /**
   * Spans that wait for asynchronous attributes of their OTel resource, for their turn to be encoded, or in a
   * `DatadogBatchSpanProcessor` for its next export.
   */
  readonly buffered: number;
  /** Encoded spans that wait for the Agent's answer. */
  readonly inFlight: number;
}

/** Is told of every change of the account, after it was made. */
export interface LedgerObserver {
  received(spans: number): void;
  exported(spans: number): void;
  dropped(reason: DropReason, spans: number): void;
  /** Spans that had been received are left to another process to settle. */
  left(spans: number): void;
}

export class Ledger {
  #observer: LedgerObserver | undefined;
  #received = 0;
  #exported = 0;
  #dropped = 0;
  #buffered = 0;
  #inFlight = 0;
  readonly #droppedByReason = new Map<DropReason, number>();

  constructor(observer?: LedgerObserver) {
    this.#observer = observer;
  }

  /** Spans handed over so far. */
  get received(): number {
    return this.#received;
  }

  /** Spans handed over so far that are neither exported nor dropped. */
  get unsettled(): number {
    return this.#buffered + this.#inFlight;
  }

  receive(spans: number): void {
    this.#received += spans;
    this.#buffered += spans;
    this.#observer?.received(spans);
  }

  /** The spans have left the buffer; they are exported or dropped next. */
  take(spans: number): void {
    this.#buffered -= spans;
    this.#inFlight += spans;
  }

  exported(spans: number): void {
    this.#inFlight -= spans;
    this.#exported += spans;
    this.#observer?.exported(spans);
  }

  dropped(reason: DropReason, spans: number): void {
    if (spans === 0) return;
    this.#inFlight -= spans;
    this.#dropped += spans;
    this.#droppedByReason.set(reason, (this.#droppedByReason.get(reason) ?? 0) + spans);
    this.#observer?.dropped(reason, spans);
  }

  /**
   * Leaves the account to another process: later changes are not reported to the observer.
   *
   * @returns the number of spans that were unsettled.
   */
  close(): number {
    const { unsettled } = this;
    const observer = this.#observer;
    this.#observer = undefined;
    observer?.left(unsettled);
    return unsettled;
  }

  counts(): LedgerCounts {
    return Object.freeze({
      received: this.#received,
      exported: this.#exported,
      dropped: this.#dropped,
      droppedByReason: Object.freeze(Object.fromEntries(this.#droppedByReason)),
      buffered: this.#buffered,
      inFlight: this.#inFlight,
    });
  }
}
