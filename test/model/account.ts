// Owns the reference model: what the user has handed over and what the Agent has answered, span by span,
// and what must follow from that. Knows nothing of how the exporter goes about it.

import { DatadogExportError, type ExportResult, type LedgerSnapshot } from '../../src/index.js';
import type { SendOutcome } from '../../src/transport/send-outcome.js';
import type { ExchangeTimes, TrafficObserver } from './model-agent.js';
import { ATTEMPT_MILLIS } from './subject.js';

/** One `export()` and its spans. */
export class Call {
  readonly spanIds: readonly string[];
  readonly startMillis: number;
  /** Whether nothing else was under way before it was encoded: there was room for it. */
  readonly isAlone: boolean;
  results = 0;

  constructor(spanIds: readonly string[], startMillis: number, isAlone: boolean) {
    this.spanIds = spanIds;
    this.startMillis = startMillis;
    this.isAlone = isAlone;
  }
}

export class Account implements TrafficObserver {
  readonly #violations: string[] = [];
  readonly #pending = new Set<Call>();
  /** Spans of the present generation. */
  readonly #given = new Set<string>();
  readonly #accepted = new Set<string>();
  /** Spans that cannot be encoded; they fail no export. */
  readonly #broken = new Set<string>();
  /** Spans that the Agent has refused for good. */
  readonly #refused = new Set<string>();
  /** Spans of processes that this one is a copy of. */
  readonly #foreign = new Set<string>();
  /** How often each span was sent. */
  readonly #sendings = new Map<string, number>();
  /** When the Agent wants to see each span again. */
  readonly #notBefore = new Map<string, number>();
  readonly #halved = new Set<string>();
  readonly #maxAttempts: number;
  #lost = 0;
  #inherited = 0;
  #isOver = false;
  #forkMillis = 0;
  readonly #mayLose = new Set<string>();

  constructor(maxRetries: number) {
    this.#maxAttempts = maxRetries + 1;
  }

  violate(what: string): void {
    this.#violations.push(what);
  }

  /** @throws Error that lists what did not follow, if anything. */
  assertHolds(): void {
    if (this.#violations.length > 0) throw new Error(this.#violations.join('\n'));
  }

  get pending(): readonly Call[] {
    return [...this.#pending];
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Whether somebody has begun to end it. */
  get isEnding(): boolean {
    return this.#isOver || this.#mayLose.has('shutdown') || this.#mayLose.has('aborted');
  }

  /** Nothing may be sent from now on. */
  end(): void {
    this.#isOver = true;
  }

  /** From now on an export may fail for this reason. */
  allow(kind: string): void {
    this.#mayLose.add(kind);
  }

  give(spanIds: readonly string[]): void {
    for (const spanId of spanIds) this.#given.add(spanId);
  }

  breakSpan(spanId: string): void {
    this.#broken.add(spanId);
  }

  open(call: Call): void {
    this.#pending.add(call);
  }

  /** Those of `spanIds` that were not accepted, but for spans that cannot be encoded. */
  missing(spanIds: Iterable<string>): readonly string[] {
    return [...spanIds].filter((id) => !this.#accepted.has(id) && !this.#broken.has(id));
  }

  get given(): readonly string[] {
    return [...this.#given];
  }

  sent(spanIds: readonly string[], nowMillis: number): void {
    if (this.#isOver) this.violate('sent after the end');
    for (const spanId of spanIds) {
      if (this.#foreign.has(spanId)) this.violate(`sent a span of another process: ${spanId}`);
      if (this.#accepted.has(spanId)) this.violate(`sent again what was accepted: ${spanId}`);
      if (this.#refused.has(spanId)) this.violate(`sent again what was refused: ${spanId}`);
      if (nowMillis < (this.#notBefore.get(spanId) ?? 0)) this.violate(`sent early: ${spanId}`);
      this.#countSending(spanId);
    }
  }

  ended(spanIds: readonly string[], outcome: SendOutcome, times: ExchangeTimes): void {
    const { startMillis, endMillis, spentMillis } = times;
    // Virtual times are sums of fractions, which differ in their last digits.
    const tookMillis = Number((endMillis - startMillis).toFixed(6));
    if (tookMillis - spentMillis > ATTEMPT_MILLIS) this.violate(`took ${tookMillis} ms to send`);
    if (outcome.kind === 'cancelled' && tookMillis >= ATTEMPT_MILLIS) this.allow('timeout');
    if (outcome.kind === 'accepted') for (const spanId of spanIds) this.#accepted.add(spanId);
    if (outcome.kind === 'broken') this.allow(outcome.at);
    if (outcome.kind !== 'rejected') return;
    const { status, retryAfter } = outcome.reply;
    const waitMillis = 1_000 * Number(retryAfter[0] ?? 0);
    for (const spanId of spanIds) this.#notBefore.set(spanId, endMillis + waitMillis);
    this.allow(status === 413 ? 'too_large' : 'rejected');
    if (status === 413) for (const spanId of spanIds) this.#halved.add(spanId);
    if (status === 400) for (const spanId of spanIds) this.#refused.add(spanId);
  }

  conclude(call: Call, result: ExportResult, nowMillis: number): void {
    call.results++;
    if (call.results > 1) return this.violate('a callback was called twice');
    if (!this.#pending.delete(call)) return this.#concludeInherited(result, nowMillis);
    const unsent = call.spanIds.filter((id) => !this.#accepted.has(id));
    this.#lost += unsent.length;
    const least = this.missing(call.spanIds).length;
    const { code, error } = result;
    if (code === 0) {
      if (least > 0) this.violate(`success, but ${least} spans were not accepted`);
    } else if (!(error instanceof DatadogExportError)) {
      this.violate(`failed with ${String(error)}`);
    } else {
      const { lostSpans, kind } = error;
      const isRight = lostSpans >= least && lostSpans <= unsent.length;
      if (!isRight) this.violate(`${lostSpans} spans lost, but ${unsent.length} are not accepted`);
      if (kind === 'queue_full' && call.isAlone) this.violate('there was room for an export');
      if (!this.#mayLose.has(kind)) this.violate(`failed as ${kind}, for which there is no reason`);
    }
  }

  /** The heap was duplicated, and this is the copy. `unsettled` spans were under way. */
  becomeChild(unsettled: number, nowMillis: number): void {
    this.#forkMillis = nowMillis;
    for (const spanId of this.#given) this.#foreign.add(spanId);
    this.#given.clear();
    this.#accepted.clear();
    this.#pending.clear();
    this.#lost = 0;
    this.#inherited += unsettled;
  }

  /** What an exporter must say of itself, at any moment at which nothing runs. */
  checkExporter(stats: LedgerSnapshot): void {
    const { received, dropped, buffered, inFlight } = stats;
    this.#expect('received', received, this.#given.size);
    const waiting = this.pending.flatMap(({ spanIds }) => spanIds);
    const open = waiting.filter((id) => !this.#accepted.has(id)).length;
    if (buffered + inFlight > open) this.violate(`${buffered + inFlight} unsettled of ${open}`);
    if (dropped < this.#lost) this.violate(`${dropped} dropped of ${this.#lost} that are lost`);
    if (this.#pending.size === 0) this.#expect('dropped', dropped, this.#lost);
  }

  /** What any pipeline must say of itself. */
  check(stats: LedgerSnapshot): void {
    const { received, exported, dropped, droppedByReason, buffered, inFlight } = stats;
    this.#expect('the sum of all columns', exported + dropped + buffered + inFlight, received);
    const reasons = Object.values(droppedByReason).reduce((sum, count) => sum + count, 0);
    this.#expect('the sum of the reasons', reasons, dropped);
    this.#expect('exported', exported, this.#accepted.size);
    this.#expect('inherited', stats.inherited, this.#inherited);
    for (const [column, count] of Object.entries({ exported, dropped, buffered, inFlight })) {
      if (count < 0) this.violate(`${column} is ${count}`);
    }
    for (const kind of Object.keys(droppedByReason)) {
      const isBroken = kind === 'encode' && this.#broken.size > 0;
      if (!isBroken && !this.#mayLose.has(kind)) this.violate(`dropped as ${kind} without reason`);
    }
  }

  /** Half of a payload that is too large is tried as often again. */
  #countSending(spanId: string): void {
    const times = (this.#sendings.get(spanId) ?? 0) + 1;
    this.#sendings.set(spanId, times);
    const most = this.#maxAttempts * (this.#halved.has(spanId) ? 2 : 1);
    if (times > most) this.violate(`sent ${times} times instead of ${most}: ${spanId}`);
  }

  /** What had settled before may be told afterwards, in the same moment. */
  #concludeInherited({ code }: ExportResult, nowMillis: number): void {
    if (code !== 0 && nowMillis > this.#forkMillis) this.violate('an inherited export has failed');
  }

  #expect(what: string, actual: number, expected: number): void {
    if (actual !== expected) this.violate(`${what}: ${actual} instead of ${expected}`);
  }
}
