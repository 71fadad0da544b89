// Owns the public functions around forks: the checks of what users pass, and their documentation.

import { expectation } from './configuration/option-checks.js';
import type { ForkHook, ForkHooks } from './fork/fork-hooks.js';
import { forkRegistry } from './fork/fork-registry.js';

export type { ForkEvent, ForkHook, ForkHooks, ForkStage, ForkTrigger } from './fork/fork-hooks.js';

/** The registration that `atFork` returns. */
export interface ForkHandle {
  /** Removes the hooks from the next fork on. May be called more than once, also from inside a hook. */
  remove(): void;
}

/**
 * Registers hooks to run when this process forks: when it starts a child process (except by `spawnSync` and
 * the like), when a startup snapshot is built from it and started, and when the application calls
 * `withForkHooks` or `afterForkInChild`. In a worker of Node's cluster, `child` runs once, in the
 * microtask after this call.
 *
 * `before` hooks run in reverse order of registration, the others in order. Each fork has its own copy of
 * the list: hooks that a hook adds or removes count from the next fork on. A hook that throws is logged
 * through OpenTelemetry's `diag`, and affects neither the fork nor the other hooks. A fork that is made
 * by a hook runs no hooks.
 *
 * Hooks are synchronous and should be quick: the fork waits for them. A registered hook stays in memory
 * with all that it refers to until it is removed. If it must not keep an object alive, let it hold a
 * `WeakRef`, and create it in another scope than functions that use the object.
 *
 * @throws TypeError if `hooks` has no function, or a value that is not one; RangeError for an unknown key.
 */
export function atFork(hooks: ForkHooks): ForkHandle {
  const remove = forkRegistry().add(checkHooks(hooks));
  return { remove };
}

/**
 * Runs the `before` hooks, then `fork`, which duplicates this process by means unknown to Node, then the
 * `parent` hooks, with the trigger `manual`. `parent` hooks run as soon as `fork` has returned or thrown;
 * its result or error is passed on. A promise that it returns is not awaited.
 *
 * If `fork` returns in both processes, it has to call `afterForkInChild()` in the copy, so that `child` hooks
 * run there instead of `parent` hooks. Child processes that `fork` starts run no further hooks, and
 * neither does a call from inside a hook or another `withForkHooks`.
 *
 * @throws TypeError unless `fork` is a function.
 */
export function withForkHooks<Result>(fork: () => Result): Result {
  if (typeof fork !== 'function') throw new TypeError(expectation('fork', 'a function', fork));
  return forkRegistry().around(fork);
}

/**
 * To be called first in a process whose memory is a copy that Node does not know of: after a virtual
 * machine was cloned, a checkpoint restored, or a function started from a snapshot. Everything made
 * before counts as inherited from then on, and `child` hooks run with the trigger `manual`.
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
