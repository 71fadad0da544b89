// Owns the fork hooks of a process or worker thread, including those from other copies of this package,
// and when they run. Knows nothing of what the hooks do.

import { Diagnostics } from '../diagnostics.js';
import { Audience } from '../lang/audience.js';
import { type Dispose, nothingToDispose, systemClock } from '../lang/clock.js';
import { processWide } from '../lang/process-wide.js';
import { type Settle, settleOnce } from '../lang/settle-once.js';
import { healTimers } from '../lang/timer-heal.js';
import { clusterWorker } from './cluster-worker.js';
import { type ForkEntry, type ForkStage, type ForkTrigger, runStage } from './fork-hooks.js';
import { generations, nextGeneration } from './generation.js';
import { isBuildingSnapshot, onSnapshot } from './snapshot-callbacks.js';
import { SpawnChannels } from './spawn-channels.js';

const REGISTRY = Symbol.for('opentelemetry-exporter-datadog-agent.fork.v1');

interface ForkRegistry {
  /** Runs the hooks of `entry` at every fork until it is disposed. */
  add(entry: ForkEntry): Dispose;
  /** Runs `fork` between the `before` hooks and those of the side in which it returns or throws. */
  around<Result>(fork: () => Result): Result;
  /** Begins a new generation and runs the `child` hooks. */
  afterForkInChild(): void;
}

/** Runs the hooks of the side in which a fork goes on, the first time only. */
type EndFork = Settle<'parent' | 'child'>;

type Phase =
  | { readonly kind: 'idle' }
  /** A fork that a hook makes runs no hooks: they would never come to an end. */
  | { readonly kind: 'runningHooks' }
  /** The fork for which the `before` hooks were run is being made. */
  | { readonly kind: 'forking'; readonly end: EndFork };

const IDLE: Phase = { kind: 'idle' };
const RUNNING_HOOKS: Phase = { kind: 'runningHooks' };

/** The registry of this process or worker thread, made by whichever copy of the package comes first. */
export function forkRegistry(): ForkRegistry {
  return processWide(REGISTRY, 'afterForkInChild', () => new ProcessForkRegistry());
}

class ProcessForkRegistry implements ForkRegistry {
  readonly #diagnostics = new Diagnostics(systemClock);
  readonly #entries = new Set<ForkEntry>();
  readonly #spawns = new SpawnChannels();
  /** Entries with a hook for forks that this process makes: `before` or `parent`. */
  readonly #forking = new Audience<ForkEntry>(() => this.#spawns.listen(() => this.#onSpawn()));
  #phase = IDLE;
  #hasSnapshotCallbacks = false;

  add(entry: ForkEntry): Dispose {
    this.#entries.add(entry);
    const leave =
      entry.before === undefined && entry.parent === undefined
        ? nothingToDispose
        : this.#forking.join(entry);
    if (isBuildingSnapshot()) this.#joinSnapshot();
    else if (entry.child !== undefined && clusterWorker() !== undefined) this.#startAsWorker(entry);
    return () => {
      this.#entries.delete(entry);
      leave();
    };
  }

  around<Result>(makeFork: () => Result): Result {
    const outer = this.#phase;
    if (outer.kind !== 'idle') return makeFork();
    const end = this.#begin('manual');
    this.#phase = { kind: 'forking', end };
    try {
      return makeFork();
    } finally {
      this.#phase = outer;
      end('parent');
    }
  }

  afterForkInChild(): void {
    const phase = this.#phase;
    if (phase.kind === 'runningHooks') return;
    nextGeneration();
    if (phase.kind === 'idle') {
      this.#run([...this.#entries], 'child', 'manual');
      return;
    }
    this.#phase = IDLE; // what the copy does from here on is no part of the fork that made it
    phase.end('child');
  }

  #onSpawn(): () => void {
    if (this.#phase.kind !== 'idle') return nothingToDispose;
    const end = this.#begin('spawn');
    return () => end('parent');
  }

  /** Runs the `before` hooks; those of both sides are the ones that there were by then. */
  #begin(trigger: ForkTrigger): EndFork {
    const entries = [...this.#entries];
    this.#run(entries, 'before', trigger);
    return settleOnce((side) => this.#run(entries, side, trigger));
  }

  #run(entries: readonly ForkEntry[], stage: ForkStage, trigger: ForkTrigger): void {
    const outer = this.#phase;
    this.#phase = RUNNING_HOOKS;
    runStage(entries, Object.freeze({ stage, trigger }), this.#diagnostics);
    this.#phase = outer;
  }

  /** A worker's fork was made before its heap: `child` hooks are due as soon as they are registered. */
  #startAsWorker(entry: ForkEntry): void {
    queueMicrotask(() => {
      if (this.#entries.has(entry)) this.#run([entry], 'child', 'worker');
    });
  }

  /**
   * Application code runs between the two callbacks, and hooks that it registers are duplicated as well:
   * the `child` hooks to run are those that are in the snapshot by then.
   */
  #joinSnapshot(): void {
    if (this.#hasSnapshotCallbacks) return;
    this.#hasSnapshotCallbacks = true;
    generations(); // made now, so that the generation ends with the build
    onSnapshot({
      serialize: () => this.#run([...this.#entries], 'before', 'snapshot'),
      deserialize: () => {
        healTimers();
        this.#run([...this.#entries], 'child', 'snapshot');
      },
    });
  }
}
