// Owns what must hold in a model run after each step, after a shutdown and at the end. Knows nothing of
// the steps.

import { getEventListeners } from 'node:events';
import type { Account, Call } from './account.js';
import type { ModelAgent } from './model-agent.js';
import type { Plan } from './plan.js';
import { QUEUE_BYTES, type Subject, TIGHT_BYTES, TIMEOUT_MILLIS } from './subject.js';
import type { VirtualTime } from './virtual-time.js';
import type { Waits } from './waits.js';

export interface CheckedParts {
  readonly plan: Plan;
  readonly time: VirtualTime;
  readonly account: Account;
  readonly agent: ModelAgent;
  readonly waits: Waits;
  readonly subject: Subject;
  /** That the user has given to the exporter. */
  readonly signal: AbortSignal;
}

export class Checks {
  readonly #parts: CheckedParts;
  /** What a span takes at least. */
  readonly #spanBytes: number;

  constructor(parts: CheckedParts, spanBytes: number) {
    this.#parts = parts;
    this.#spanBytes = spanBytes;
  }

  /** @throws Error if anything has not held so far. */
  afterStep(): void {
    const { plan, time, account, agent, waits, subject, signal } = this.#parts;
    const stats = subject.stats();
    if (plan.pipeline !== 'exporter' && time.nowMillis >= TIMEOUT_MILLIS) account.allow('timeout');
    account.check(stats);
    if (plan.pipeline === 'exporter') {
      account.checkExporter(stats);
      this.#checkCalls();
    }
    if (signal.aborted) {
      account.end();
      this.#expectNone('unsettled spans', stats.buffered + stats.inFlight);
    }
    this.#checkBytes(stats.inFlight, stats.buffered);
    waits.checkOverdue();
    this.#checkIdle();
    for (const spanId of agent.duplicates) {
      account.violate(`arrived twice, though it was answered: ${spanId}`);
    }
    account.assertHolds();
  }

  /** An export that ends now has not lasted too long. */
  beforeResult(call: Call): void {
    const { time, account } = this.#parts;
    if (time.nowMillis - call.startMillis >= TIMEOUT_MILLIS) account.allow('timeout');
    this.#checkTime(call);
  }

  /** Nothing waits, is sent, or will be. */
  afterShutdown(): void {
    const { account, agent, subject, signal } = this.#parts;
    account.end();
    this.#expectNone('exports', account.pending.length);
    this.#expectNone('requests', agent.underWay);
    const { buffered, inFlight } = subject.stats();
    this.#expectNone('unsettled spans', buffered + inFlight);
    this.#expectNone('listeners', getEventListeners(signal, 'abort').length);
  }

  /** @throws Error if anything is left of the run. */
  afterEnd(): void {
    const { account, waits, time } = this.#parts;
    this.afterShutdown();
    this.#expectNone('flushes and shutdowns', waits.open);
    this.#expectNone('timers', time.armed);
    account.assertHolds();
  }

  #checkCalls(): void {
    for (const call of this.#parts.account.pending) this.#checkTime(call);
  }

  /** No timer can fire while code runs. */
  #checkTime({ startMillis }: Call): void {
    const { nowMillis, spentMillis } = this.#parts.time;
    const tookMillis = nowMillis - startMillis;
    if (tookMillis <= TIMEOUT_MILLIS + spentMillis) return;
    this.#parts.account.violate(`an export has not ended after ${tookMillis} ms`);
  }

  /** An exporter with nothing to do leaves no trace; the processor of the SDK has timers of its own. */
  #checkIdle(): void {
    const { plan, time, account, waits, signal } = this.#parts;
    const isBusy = waits.open > 0 || account.pending.length > 0;
    const mayWait = plan.pipeline !== 'exporter' && !account.isOver;
    if (isBusy || mayWait || plan.pipeline === 'ForkSafeSpanProcessor') return;
    this.#expectNone('timers', time.armed);
    this.#expectNone('listeners', getEventListeners(signal, 'abort').length);
  }

  #checkBytes(inFlight: number, buffered: number): void {
    const { plan, account } = this.#parts;
    if (!plan.isTight) return;
    // Of those in the queue of a processor, only the last may be too much.
    const isOwn = plan.pipeline === 'DatadogBatchSpanProcessor';
    const [spans, mostBytes] = isOwn
      ? [inFlight + buffered - 1, TIGHT_BYTES + QUEUE_BYTES]
      : [inFlight, TIGHT_BYTES];
    if (spans * this.#spanBytes > mostBytes) {
      account.violate(`${spans} spans are more than ${mostBytes} bytes`);
    }
  }

  #expectNone(what: string, count: number): void {
    if (count !== 0) this.#parts.account.violate(`${count} ${what} are left`);
  }
}
