// Owns carrying out a plan: one step after another in virtual time, and the check after each.

import { vi } from 'vitest';
import { afterForkInChild, atFork, withForkHooks } from '../../src/fork.js';
import type { ReadableSpan } from '../../src/index.js';
import { encode } from '../support/encoding.js';
import { Account, Call } from './account.js';
import { Checks } from './checks.js';
import { ModelAgent } from './model-agent.js';
import { ModelSpans } from './model-spans.js';
import type { Give, Meddling, Plan, Step } from './plan.js';
import { FLUSH_MILLIS, GRACE_MILLIS, openSubject, type Subject, TIGHT_BYTES } from './subject.js';
import { VirtualTime } from './virtual-time.js';
import { Waits } from './waits.js';

/** A ForkSafeSpanProcessor waits so much longer than the grace for its exporter, see src/flush/exporter-drain.ts. */
const SETTLE_MILLIS = 50;
/** Longer than anything may last. */
const LONG_MILLIS = 60_000;

/** @throws Error if anything did not hold. */
export async function runPlan(plan: Plan): Promise<void> {
  const time = new VirtualTime();
  const account = new Account(plan.maxRetries);
  const agent = new ModelAgent(time, plan.latencyMillis, account);
  let count = 0;
  const random = vi.spyOn(Math, 'random');
  random.mockImplementation(() => plan.randoms[count++ % plan.randoms.length] ?? 0);
  const disposers = [time.install(), agent.install(), () => random.mockRestore()];
  try {
    const run = new ModelRun(plan, { time, account, agent });
    disposers.unshift(() => run.removeHooks());
    for (const step of plan.steps) await run.take(step);
    await run.finish();
  } finally {
    for (const dispose of disposers) dispose();
  }
}

interface World {
  readonly time: VirtualTime;
  readonly account: Account;
  readonly agent: ModelAgent;
}

class ModelRun {
  readonly #plan: Plan;
  readonly #time: VirtualTime;
  readonly #account: Account;
  readonly #agent: ModelAgent;
  readonly #waits: Waits;
  readonly #life = new AbortController();
  readonly #subject: Subject;
  readonly #spans: ModelSpans;
  readonly #spanBytes: number;
  readonly #checks: Checks;
  /** Spans whose handing over has not returned: a getter of one has us called. */
  readonly #giving: string[] = [];
  readonly #stages: string[] = [];
  readonly #hooks = atFork({
    before: () => void this.#stages.push('before'),
    parent: () => void this.#stages.push('parent'),
    child: () => void this.#stages.push('child'),
  });

  constructor(plan: Plan, { time, account, agent }: World) {
    this.#plan = plan;
    this.#time = time;
    this.#account = account;
    this.#agent = agent;
    this.#waits = new Waits(account, time);
    this.#subject = openSubject(plan, this.#life.signal);
    if (plan.isTight) account.allow('queue_full');
    this.#spans = new ModelSpans(plan.pipeline, time, {
      meddle: (how) => this.#meddle(how),
      onBroken: (spanId) => account.breakSpan(spanId),
    });
    const [one, two] = [1, 2].map((spans) => sizeOf(this.#spans.make({ spans, traces: 1 })));
    this.#spanBytes = (two ?? 0) - (one ?? 0);
    const { signal } = this.#life;
    const parts = {
      plan,
      time,
      account,
      agent,
      waits: this.#waits,
      subject: this.#subject,
      signal,
    };
    this.#checks = new Checks(parts, this.#spanBytes);
  }

  removeHooks(): void {
    this.#hooks.remove();
  }

  async take(step: Step): Promise<void> {
    await this.#do(step);
    await this.#time.pass(0);
    this.#checks.afterStep();
  }

  /** Everything comes to its end, and the pipeline still works if nobody has ended it. */
  async finish(): Promise<void> {
    await this.take({ do: 'weather', weather: 'accepts' });
    await this.take({ do: 'pass', millis: LONG_MILLIS });
    await this.#probe();
    this.#shutDown({});
    await this.take({ do: 'pass', millis: LONG_MILLIS });
    this.#checks.afterEnd();
  }

  async #do(step: Step): Promise<void> {
    switch (step.do) {
      case 'give':
        return this.#give(step);
      case 'flush':
        return this.#flush(step);
      case 'shutDown':
        return this.#shutDown(step);
      case 'abort':
        return this.#abort();
      case 'weather':
        this.#agent.weather = step.weather;
        return undefined;
      case 'pass':
        return this.#time.pass(step.millis);
      case 'fork':
        return this.#fork(step.in);
    }
  }

  /** A processor gets spans one by one: the process may fork in between. */
  #give(give: Pick<Give, 'spans' | 'traces'> & Partial<Give>): void {
    const spans = this.#spans.make(give);
    if (this.#plan.pipeline === 'exporter') return this.#handOver(spans, give);
    for (const span of spans) this.#handOver([span], give);
  }

  #handOver(spans: readonly ReadableSpan[], give: Partial<Give>): void {
    const spanIds = spans.map((span) => span.spanContext().spanId);
    this.#account.give(spanIds);
    const isSimple = give.meanwhile === undefined && (give.resource ?? 'ready') === 'ready';
    const isAlone = this.#account.pending.length === 0 && isSimple;
    const call = new Call(spanIds, this.#time.nowMillis, isAlone);
    if (this.#plan.pipeline === 'exporter') this.#account.open(call);
    let hasReturned = false;
    this.#giving.push(...spanIds);
    this.#subject.give(spans, (result) => {
      if (!hasReturned) this.#account.violate('called back before export() returned');
      this.#checks.beforeResult(call);
      this.#account.conclude(call, result, this.#time.nowMillis);
      this.#meddle(give.afterwards);
    });
    hasReturned = true;
    this.#giving.splice(this.#giving.length - spanIds.length);
  }

  #meddle(how: Meddling | undefined): void {
    switch (how) {
      case 'give':
        return this.#give({ spans: 2, traces: 1 });
      case 'flush':
        return this.#flush({});
      case 'shutDown':
        return this.#shutDown({});
      case 'abort':
        return this.#abort();
      case 'fork':
        return this.#fork('child');
      case 'throw':
        throw new Error('from user code');
      case undefined:
        return undefined;
    }
  }

  #flush(step: { timeoutMillis?: number; abortAfterMillis?: number }): void {
    const { timeoutMillis = FLUSH_MILLIS, abortAfterMillis = Infinity } = step;
    const signal = this.#abortAfter(abortAfterMillis);
    const covered = {
      calls: this.#account.pending,
      spanIds: this.#coveredSpans,
      lostBefore: this.#subject.stats().dropped,
    };
    const start = (): Promise<void> => this.#subject.forceFlush({ timeoutMillis, signal });
    this.#waits.flush(start, Math.min(timeoutMillis, abortAfterMillis), covered);
  }

  get #coveredSpans(): readonly string[] {
    // What ends after a processor of this kind has ended counts nowhere, as with those of the SDK.
    const isForkSafe = this.#plan.pipeline === 'ForkSafeSpanProcessor';
    if (isForkSafe && this.#account.isEnding) return [];
    return this.#account.given.filter((spanId) => !this.#giving.includes(spanId));
  }

  #shutDown(step: { graceMillis?: number; abortAfterMillis?: number }): void {
    const { graceMillis = GRACE_MILLIS, abortAfterMillis = Infinity } = step;
    this.#account.allow('shutdown');
    const signal = this.#abortAfter(abortAfterMillis, () => this.#account.allow('aborted'));
    const isForkSafe = this.#plan.pipeline === 'ForkSafeSpanProcessor';
    const longest = Math.min(graceMillis, abortAfterMillis) + (isForkSafe ? SETTLE_MILLIS : 0);
    const start = (): Promise<void> => this.#subject.shutdown({ graceMillis, signal });
    this.#waits.shutdown(start, longest, () => this.#checks.afterShutdown());
  }

  #abortAfter(millis: number, onAbort?: () => void): AbortSignal | undefined {
    if (millis === Infinity) return undefined;
    const controller = new AbortController();
    this.#time.after(millis, () => {
      onAbort?.();
      controller.abort();
    });
    return controller.signal;
  }

  #abort(): void {
    this.#account.allow('aborted');
    this.#life.abort(new Error('enough'));
  }

  #fork(side: 'parent' | 'child' | 'childWithHooks'): void {
    const earlier = this.#stages.length;
    const { generation } = this.#waits;
    const { buffered, inFlight } = this.#subject.stats();
    if (side === 'parent') {
      withForkHooks(() => this.#give({ spans: 1, traces: 1 }));
      // A getter of a span that was waiting may have said that this is the copy.
      const isStillOurs = generation === this.#waits.generation;
      return this.#expectStages(earlier, isStillOurs ? 'before, parent' : 'before, child');
    }
    if (side === 'child') afterForkInChild();
    else withForkHooks(() => afterForkInChild());
    this.#account.becomeChild(buffered + inFlight, this.#time.nowMillis);
    this.#waits.becomeChild();
    this.#expectStages(earlier, side === 'child' ? 'child' : 'before, child');
  }

  #expectStages(earlier: number, expected: string): void {
    const stages = this.#stages.slice(earlier).join(', ');
    if (stages !== expected) this.#account.violate(`hooks ran: ${stages}`);
  }

  get #most(): number {
    return this.#plan.isTight ? Math.floor((0.9 * TIGHT_BYTES) / this.#spanBytes) : 20;
  }

  /** After all that was, there is room for as many bytes as in the beginning. */
  async #probe(): Promise<void> {
    if (this.#account.isEnding) return;
    // What the processor of the SDK hands over at a time.
    const spans = this.#plan.pipeline === 'ForkSafeSpanProcessor' ? 16 : this.#most;
    const before = this.#subject.stats();
    this.#give({ spans, traces: 1 });
    this.#flush({});
    await this.take({ do: 'pass', millis: LONG_MILLIS });
    const { exported } = this.#subject.stats();
    if (exported !== before.exported + spans) this.#account.violate('does not recover');
  }
}

function sizeOf(spans: readonly ReadableSpan[]): number {
  return encode(spans).payloads.reduce((sum, { body }) => sum + body.length, 0);
}
