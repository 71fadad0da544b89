// Owns the public functions around forks: the checks of what users pass, and their documentation.

import type { ForkHook, ForkHooks } from './fork-hooks.js';
import { forkRegistry } from './fork-registry.js';
import { expectation } from './option-checks.js';

export type { ForkEvent, ForkHook, ForkHooks, ForkStage, ForkTrigger } from './fork-hooks.js';

/** What `atFork` returns. */
export interface ForkHandle {
  /**
   * Takes the hooks out again, from the next fork on. May be called more than once, also from inside a
   * hook.
   */
  remove(): void;
}

/**
 * Registers hooks for when this process forks: when it starts a child process (but for `spawnSync` and
 * its like), when a startup snapshot is built from it and started, and when the application says so by
 * `withForkHooks` or `afterForkInChild`. In a worker of Node's cluster, `child` is called once, in the
 * microtask after this call.
 *
 * `before` hooks run in the reverse order of registration, the others in its order. Each fork has its
 * own copy of the list: hooks that are added or removed by a hook count from the next fork on. A hook
 * that throws is logged through OpenTelemetry's `diag`, and changes nothing for the fork and the other
 * hooks. What a hook forks itself runs no hooks.
 *
 * Hooks are synchronous and should be quick: the fork waits for them. A registered hook stays in memory
 * with all that it refers to until it is removed; where it must not keep an object, let it hold a
 * `WeakRef`, in a function that was made apart from any other that uses the object.
 *
 * @throws TypeError if `hooks` has no function, or a value that is none; RangeError for an unknown key.
 */
export function atFork(hooks: ForkHooks): ForkHandle {
  const remove = forkRegistry().add(checkHooks(hooks));
  return { remove };
}

/**
 * Runs `fork`, which duplicates this process by means that Node does not know: `before` hooks, `fork`,
 * `parent` hooks, with the trigger `manual`. The latter run as soon as `fork` has returned or thrown, and
 * its result or error is passed on; if that is a promise, it is not waited for.
 *
 * If `fork` returns in both processes, it calls `afterForkInChild()` in the copy: `child` hooks run there
 * instead of `parent` hooks. What `fork` does to start child processes runs no further hooks, and
 * neither does a call from inside a hook or another `withForkHooks`.
 *
 * @throws TypeError unless `fork` is a function.
 */
export function withForkHooks<Result>(fork: () => Result): Result {
  if (typeof fork !== 'function') throw new TypeError(expectation('fork', 'a function', fork));
  return forkRegistry().around(fork);
}

/**
 * To be called first thing in a process whose memory is a copy that Node knows nothing of: after a
 * virtual machine was cloned, a checkpoint restored, or a function started from a snapshot. All that
 * was made so far counts as inherited from then on, and `child` hooks run, with the trigger `manual`.
 * Does nothing when a hook calls it.
 */
export function afterForkInChild(): void {
  forkRegistry().afterForkInChild();
}

function checkHooks(hooks: unknown): ForkHooks {
  const wanted = 'an object with a function `before`, `parent` or `child`';
  if (typeof hooks !== 'object' || hooks === null) {
    throw new TypeError(expectation('hooks', wanted, hooks));
  }
  const { before, parent, child, ...others }: Record<string, unknown> = { ...hooks };
  const [unknownKey] = Object.keys(others);
  if (unknownKey !== undefined) {
    throw new RangeError(expectation('hooks key', 'before, parent or child', unknownKey));
  }
  if (before === undefined && parent === undefined && child === undefined) {
    throw new TypeError(expectation('hooks', wanted, hooks));
  }
  return {
    before: checkHook('before', before),
    parent: checkHook('parent', parent),
    child: checkHook('child', child),
  };
}

function checkHook(name: string, hook: unknown): ForkHook | undefined {
  if (hook === undefined || isHook(hook)) return hook;
  throw new TypeError(expectation(name, 'a function', hook));
}

function isHook(value: unknown): value is ForkHook {
  return typeof value === 'function';
}
