// Owns what a process has of `flushOnExit`: one listener per event however many want to be flushed,
// also when they come from several copies of this package. Knows nothing of how a target is flushed.

import { clusterWorker, exitsAtDisconnect } from './cluster-worker.js';
import { Departure, type EndProcess } from './exit-departure.js';
import type { FlushEnd } from './exit-flush.js';
import { onShutdownMessage, othersAwaitMessages } from './exit-pm2.js';
import { isOursToEnd, type Reraise } from './exit-policy.js';
import { type ExitSignal, plannedListeners, raise } from './exit-signals.js';
import { Audience, listenFirst, listenLast } from './lang/audience.js';
import { type Dispose, nothingToDispose, systemClock } from './lang/clock.js';
import { processWide } from './lang/process-wide.js';
import { shareTime } from './lang/time-shares.js';
import { isUnderPm2 } from './options.js';

const REGISTRY = Symbol.for('opentelemetry-exporter-datadog-agent.exit.v2');

/** Who lives so long after a signal has survived it; until then it is theirs alone who were told. */
const SURVIVED_MILLIS = 500;

/** What was cut short has ended after so long. */
const CUT_MILLIS = 50;

/** What wants to be flushed before the process ends. */
export interface AtExit {
  readonly signals: readonly ExitSignal[];
  readonly reraise: Reraise;
  /** Whether `block` is to be called when the process exits. */
  readonly blockOnExit: boolean;
  /** Never rejects, and settles in its own time limit. */
  flush(): Promise<FlushEnd>;
  /** Delivers what has ended since the flush. Never throws. */
  finish(): void;
  /** Ends what an overdue flush was waiting for. */
  cutShort(): void;
  /** Has what holds spans hand them over: only then `hasUnsettled` counts them. Never throws. */
  handOver(): void;
  /**
   * Delivers what was handed over before it returns, in a share of its time from `sinceMillis` on; so many want one. Never
   * throws.
   */
  block(sinceMillis: number, sharers: number): void;
  /** Whether any spans are neither delivered nor lost. */
  readonly hasUnsettled: boolean;
}

export interface ExitRegistry {
  /** Flushes `one` at every end until it is disposed. */
  add(one: AtExit): Dispose;
}

/** The registry of this process or worker thread, made by whichever copy of the package comes first. */
export function exitRegistry(): ExitRegistry {
  return processWide(REGISTRY, isRegistry, () => new ProcessRegistry());
}

class ProcessRegistry implements ExitRegistry {
  readonly #departure = new Departure(systemClock);
  readonly #naturalEnd = new Audience<AtExit>(() =>
    listenFirst(process, 'beforeExit', () => this.#onNaturalEnd()),
  );
  readonly #disconnect = new Audience<AtExit>(() => {
    const worker = clusterWorker();
    if (worker === undefined) return nothingToDispose;
    return listenFirst(worker, 'disconnect', () => this.#onDisconnect(exitsAtDisconnect(worker)));
  });
  readonly #shutdownMessage = new Audience<AtExit>(() =>
    onShutdownMessage(() => this.#onShutdownMessage()),
  );
  readonly #exit = new Audience<AtExit>(() => listenLast(process, 'exit', () => this.#onExit()));
  readonly #signals = new Map<ExitSignal, Audience<AtExit>>();

  add(one: AtExit): Dispose {
    const memberships = this.#audiencesOf(one).map((audience) => audience.join(one));
    return () => {
      for (const leave of memberships) leave();
    };
  }

  /** Only the main thread gets signals, and has a channel to a parent. */
  #audiencesOf(one: AtExit): readonly Audience<AtExit>[] {
    const always = one.blockOnExit ? [this.#naturalEnd, this.#exit] : [this.#naturalEnd];
    if (!isMainThread()) return always;
    return [
      ...always,
      this.#disconnect,
      ...(isUnderPm2() ? [this.#shutdownMessage] : []),
      ...one.signals.map((signal) => this.#audienceOf(signal)),
    ];
  }

  #audienceOf(signal: ExitSignal): Audience<AtExit> {
    const known = this.#signals.get(signal);
    if (known !== undefined) return known;
    const audience = new Audience<AtExit>(() =>
      listenFirst(process, signal, () => this.#onSignal(signal, audience)),
    );
    this.#signals.set(signal, audience);
    return audience;
  }

  /**
   * Once for each: work that is begun in this event makes Node emit it again. If a flush is overdue,
   * all that is left alive is what the flush began, unless others listen as well.
   */
  #onNaturalEnd(): void {
    const members = this.#naturalEnd.dismiss();
    const isOurs = isOursToEnd(wishesOf(members), process.listenerCount('beforeExit') > 0);
    const flush = this.#flush(members, undefined);
    void flush.then((ends) => {
      if (isOurs && ends.includes('overdue')) this.#departure.begin(flush, exitSoon);
    });
  }

  /** Nothing of the event loop runs any more. */
  #onExit(): void {
    blockForAll(this.#exit.members);
  }

  /**
   * The process ends by itself when it has nothing left to do, unless Node ends it before this turn is over: then
   * all are delivered in the event `exit`, by when the others who hear of this one may have ended spans.
   */
  #onDisconnect(exitsNow: boolean): void {
    const { members } = this.#disconnect;
    if (exitsNow) {
      const stop = listenLast(process, 'exit', () => blockForAll(members));
      systemClock.scheduleInBackground(0, stop);
    }
    void this.#flush(members, undefined);
  }

  #onShutdownMessage(): void {
    const { members } = this.#shutdownMessage;
    const isOurs = isOursToEnd(wishesOf(members), othersAwaitMessages());
    const end: EndProcess = () => {
      finishAll(members);
      exitProcess();
    };
    void this.#flush(members, isOurs ? end : undefined);
  }

  #onSignal(signal: ExitSignal, audience: Audience<AtExit>): void {
    const { members } = audience;
    const wishes = wishesOf(members);
    const others = plannedListeners(signal) - 1; // without the one that brought us here
    const end: EndProcess = () => {
      finishAll(members);
      audience.silence();
      raise(signal, wishes.includes('always'));
      // Somebody may listen by now, and the kernel spares the first process of a container.
      systemClock.scheduleInBackground(SURVIVED_MILLIS, () => audience.resume());
    };
    void this.#flush(members, isOursToEnd(wishes, others > 0) ? end : undefined);
  }

  /** Then `end`s the process, or lets it end: nothing that was begun here holds it any longer. */
  #flush(members: readonly AtExit[], end: EndProcess | undefined): Promise<readonly FlushEnd[]> {
    const flush = flushAll(members);
    this.#departure.begin(flush, end);
    void flush.then((ends) => cutOverdue(members, ends));
    return flush;
  }
}

/** Begins after all listeners of the event have run: they may end spans. */
async function flushAll(members: readonly AtExit[]): Promise<readonly FlushEnd[]> {
  await Promise.resolve();
  return Promise.all(members.map((one) => one.flush()));
}

/** An export that hangs would keep a process that has nothing else to do, as would the SDK's processor. */
function cutOverdue(members: readonly AtExit[], ends: readonly FlushEnd[]): void {
  for (const [index, one] of members.entries()) if (ends[index] === 'overdue') one.cutShort();
}

/** Loaded when it is asked for: Node warns of `node:worker_threads` while a startup snapshot is built. */
function isMainThread(): boolean {
  return process.getBuiltinModule('node:worker_threads').isMainThread;
}

/** One after another, each with its share of the time. */
function blockForAll(members: readonly AtExit[]): void {
  const sinceMillis = systemClock.nowMillis();
  for (const one of members) one.handOver();
  shareTime(
    members,
    ({ hasUnsettled }) => hasUnsettled,
    (one, sharers) => one.block(sinceMillis, sharers),
  );
}

function finishAll(members: readonly AtExit[]): void {
  for (const one of members) one.finish();
}

function wishesOf(members: readonly AtExit[]): readonly Reraise[] {
  return members.map(({ reraise }) => reraise);
}

/**
 * Unless it ends by itself, now that what held it is cut short: only then does Node say with its exit code that
 * a module is still awaiting something.
 */
function exitSoon(): void {
  systemClock.scheduleInBackground(CUT_MILLIS, exitProcess);
}

/** With `process.exitCode`, 0 unless it was set. */
function exitProcess(): void {
  process.exit();
}

function isRegistry(value: unknown): value is ExitRegistry {
  return typeof value === 'object' && value !== null && 'add' in value;
}
