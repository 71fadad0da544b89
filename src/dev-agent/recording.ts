// Owns everything a development Agent received, and wakes those who wait for it. Knows nothing of
// HTTP, and does not judge.

import type { ReceivedRequest, ReceivedTrace } from './received-request.js';
import type { ReceivedSpan } from './received-span.js';
import type { Violation } from './violation.js';
import { Waiters } from './waiters.js';

/** How many of the last violations an error message names. */
const MAX_DESCRIBED_VIOLATIONS = 5;
/** For errors: by default, a wait is no longer than a batch processor holds spans by default. */
const HINT = '; a batch processor sends nothing for seconds unless it is flushed';

interface GrowingTrace extends ReceivedTrace {
  readonly spans: ReceivedSpan[];
}

/** The requests, spans and violations since the start or the last reset. */
export class Recording {
  readonly #waiters = new Waiters();
  /** Requests without a reply yet; empty after a reset, so that their spans are forgotten too. */
  readonly #unanswered = new Set<ReceivedRequest>();
  #requests: ReceivedRequest[] = [];
  #violations: Violation[] = [];
  #spans: ReceivedSpan[] = [];
  #traces: GrowingTrace[] = [];
  #traceById = new Map<string, GrowingTrace>();

  get requests(): readonly ReceivedRequest[] {
    return this.#requests;
  }

  get violations(): readonly Violation[] {
    return this.#violations;
  }

  get spans(): readonly ReceivedSpan[] {
    return this.#spans;
  }

  get traces(): readonly ReceivedTrace[] {
    return this.#traces;
  }

  addViolation(violation: Violation): void {
    this.#violations.push(violation);
  }

  addRequest(request: ReceivedRequest): void {
    this.#requests.push(request);
    this.#unanswered.add(request);
    for (const violation of request.violations) this.#violations.push(violation);
    this.#waiters.notify();
  }

  /** Called once per request, with the spans that the Agent took from it: none, if it failed. */
  addReply(request: ReceivedRequest, spans: readonly ReceivedSpan[]): void {
    if (!this.#unanswered.delete(request)) return;
    for (const span of spans) {
      this.#spans.push(span);
      this.#traceOf(span).spans.push(span);
    }
    this.#waiters.notify();
  }

  async waitForRequests(count: number, timeoutMillis: number): Promise<readonly ReceivedRequest[]> {
    await this.#waiters.wait({
      isMet: () => this.#requests.length >= count,
      describe: (end) => this.#describe(countOf(count, 'request'), end),
      timeoutMillis,
    });
    return [...this.#requests];
  }

  async waitForSpans(count: number, timeoutMillis: number): Promise<readonly ReceivedSpan[]> {
    await this.#waiters.wait({
      isMet: () => this.#spans.length >= count,
      describe: (end) => this.#describe(countOf(count, 'span'), end),
      timeoutMillis,
    });
    return [...this.#spans];
  }

  reset(): void {
    this.#unanswered.clear();
    this.#requests = [];
    this.#violations = [];
    this.#spans = [];
    this.#traces = [];
    this.#traceById = new Map();
  }

  /** Ends all waits: nothing more will come, and what is answered later does not count. */
  close(): void {
    this.#unanswered.clear();
    this.#waiters.close();
  }

  #traceOf({ traceId }: ReceivedSpan): GrowingTrace {
    const known = this.#traceById.get(traceId);
    if (known !== undefined) return known;
    const trace: GrowingTrace = { traceId, spans: [] };
    this.#traceById.set(traceId, trace);
    this.#traces.push(trace);
    return trace;
  }

  #describe(wanted: string, end: string): string {
    const violations = this.#violations.map(({ rule, path }) => `${rule} (${path})`);
    const requests = countOf(this.#requests.length, 'request');
    const found = `${requests}, ${countOf(this.#spans.length, 'span')}`;
    const last = violations.slice(-MAX_DESCRIBED_VIOLATIONS).join('; ') || 'no violations';
    const hint = this.#requests.length === 0 ? HINT : '';
    return `Expected at least ${wanted}, got ${found} and ${last} ${end}${hint}`;
  }
}

/** The same as in the messages of the exporter, which nothing here may import. */
function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
