// Owns the one registry of `flushOnExit` in a process: one listener per event, however many want to be
// flushed, even if they come from several copies of this package. Knows nothing of how a target is flushed.

import { clusterWorker, exitsAtDisconnect, onFatalWrite } from '../fork/cluster-worker.js';
import { Audience, listenFirst, listenLast } from '../lang/audience.js';
import { type Dispose, nothingToDispose, systemClock } from '../lang/clock.js';
import { processWide } from '../lang/process-wide.js';
import { shareTime } from '../lang/time-shares.js';
import { isUnderPm2 } from '../options.js';
import { Departure, type EndProcess } from './exit-departure.js';
import type { FlushEnd } from './exit-flush.js';
import { onShutdownMessage, othersAwaitMessages } from './exit-pm2.js';
import { isOursToEnd, type Reraise } from './exit-policy.js';
import { type ExitSignal, plannedListeners, raise } from './exit-signals.js';

const REGISTRY = Symbol.for('opentelemetry-exporter-datadog-agent.exit.v3');

/** A process that lives this long after a signal was raised has survived it; only then is it listened to again. */
const SURVIVED_MILLIS = 500;

/** Time after which what was cut short has ended. */
const CUT_MILLIS = 50;

/** Something to be flushed before the process ends. */
export interface AtExit {
  readonly signals: readonly ExitSignal[];
  readonly reraise: Reraise;
  /** Whether `block` is to be called when the process exits. */
  readonly blockOnExit: boolean;
  /** Never rejects, and settles within its own time limit. */
  flush(): Promise<FlushEnd>;
  /** Delivers the spans that have ended since the flush. Never throws. */
  finish(): void;
  /** Aborts the exports that an overdue flush was waiting for. */
  cutShort(): void;
  /** Has whatever holds spans hand them over, as `unsettledExporters` counts them only then. Never throws. */
  handOver(): void;
  /**
   * Blocks while it delivers what was handed over, for at most `share` of what is left of its time, which began at
   * `sinceMillis`; starting a thread is charged to nobody. Never throws.
   */
  block(sinceMillis: number, share: number): void;
  /** The exporters with spans that are neither delivered nor lost. */
  readonly unsettledExporters: readonly object[];
}

export interface ExitRegistry {
  /** Flushes `one` whenever the process is about to end, until disposed. */
  add(one: AtExit): Dispose;
}

/** The registry of this process or worker thread, made by whichever copy of the package comes first. */
export function exitRegistry(): ExitRegistry {
  return processWide(REGISTRY, 'add', () => new ProcessExitRegistry());
}

class ProcessExitRegistry implements ExitRegistry {
  readonly #departure = new Departure(systemClock);
  readonly #naturalEnd = new Audience<AtExit>(() =>
    listenFirst(process, 'beforeExit', () => this.#onNaturalEnd()),
  );
  readonly #disconnect = new Audience<AtExit>(() => {
    const worker = clusterWorker();
    if (worker === undefined) return nothingToDispose;
    const stops = [
      listenFirst(worker, 'disconnect', () => this.#onDisconnect(exitsAtDisconnect(worker))),
      onFatalWrite(() => this.#blockInThisTurn()),
    ];
    return () => {
      for (const stop of stops) stop();
    };
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
   * Flushes each member only once: work begun in `beforeExit` makes Node emit it again. If a flush is overdue,
   * only what it began keeps the process alive, unless others listen as well.
   */
  #onNaturalEnd(): void {
    const members = this.#naturalEnd.dismiss();
    const isOurs = isOursToEnd(wishesOf(members), process.listenerCount('beforeExit') > 0);
    const flush = this.#flush(members, undefined);
    void flush.then((ends) => {
      if (isOurs && ends.includes('overdue')) this.#departure.begin(flush, exitSoon);
    });
  }

  /** Has to block: the event loop does not run any more. */
  #onExit(): void {
    const inWorker = this.#disconnect.members; // one that was undone in this turn is no longer among them
    blockForAll(this.#exit.members.filter((one) => one.blockOnExit || inWorker.includes(one)));
  }

  /**
   * The process ends by itself when it has nothing left to do, unless Node ends it before this turn is over. Then
   * spans are delivered in the event `exit`, before which other listeners to `disconnect` may have ended some.
   */
  #onDisconnect(exitsNow: boolean): void {
    const { members } = this.#disconnect;
    if (exitsNow) this.#blockInThisTurn();
    void this.#flush(members, undefined);
  }

  /** If the process ends before this turn is over, delivers also for those that did not ask for `blockOnExit`. */
  #blockInThisTurn(): void {
    const present = this.#exit.members;
    const others = this.#disconnect.members.filter((one) => !present.includes(one));
    const leaving = others.map((one) => this.#exit.join(one));
    systemClock.scheduleInBackground(0, () => {
      for (const leave of leaving) leave();
    });
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
    const others = plannedListeners(signal) - 1; // without our own
    const end: EndProcess = () => {
      finishAll(members);
      audience.silence();
      raise(signal, wishes.includes('always'));
      // The process may survive: somebody may listen by now, and the kernel spares a container's first process.
      systemClock.scheduleInBackground(SURVIVED_MILLIS, () => audience.resume());
    };
    void this.#flush(members, isOursToEnd(wishes, others > 0) ? end : undefined);
  }

  /** Flushes, then calls `end` or lets the process end: nothing that was begun here keeps it alive any longer. */
  #flush(members: readonly AtExit[], end: EndProcess | undefined): Promise<readonly FlushEnd[]> {
    const flush = flushAll(members);
    // Before `end`, whose event `exit` would otherwise find what was cut still to be delivered.
    void flush.then((ends) => cutOverdue(members, ends));
    this.#departure.begin(flush, end);
    return flush;
  }
}

/** Begins after all listeners to the event have run, because they may end spans. */
async function flushAll(members: readonly AtExit[]): Promise<readonly FlushEnd[]> {
  await Promise.resolve();
  return Promise.all(members.map((one) => one.flush()));
}

/** Cuts overdue flushes: an export that hangs, or the SDK's processor, would keep an idle process alive. */
function cutOverdue(members: readonly AtExit[], ends: readonly FlushEnd[]): void {
  for (const [index, one] of members.entries()) if (ends[index] === 'overdue') one.cutShort();
}

/** Loads the module on demand: Node warns of `node:worker_threads` while a startup snapshot is built. */
function isMainThread(): boolean {
  return process.getBuiltinModule('node:worker_threads').isMainThread;
}

/** Delivers for one after another, each with its share of the time. */
function blockForAll(members: readonly AtExit[]): void {
  const sinceMillis = systemClock.nowMillis();
  for (const one of members) one.handOver();
  shareTime(
    members,
    ({ unsettledExporters }) => unsettledExporters,
    (one, share) => one.block(sinceMillis, share),
  );
}

function finishAll(members: readonly AtExit[]): void {
  for (const one of members) one.finish();
}

function wishesOf(members: readonly AtExit[]): readonly Reraise[] {
  return members.map(({ reraise }) => reraise);
}

/**
 * Ends the process, unless it ends by itself now that what kept it alive is cut short: only then does Node's exit
 * code say that a module is still awaiting something.
 */
function exitSoon(): void {
  systemClock.scheduleInBackground(CUT_MILLIS, exitProcess);
}

/** Exits with `process.exitCode`, which is 0 unless it was set. */
function exitProcess(): void {
  process.exit();
}
