// Owns the context in which the package does its own network I/O: OpenTelemetry's root context, marked so
// that no instrumentation traces it, and nothing of what applications keep in an `AsyncLocalStorage`.

import { type Context, context, createContextKey, ROOT_CONTEXT } from '@opentelemetry/api';
import { isBuildingSnapshot, onSnapshot } from '../fork/snapshot-callbacks.js';
import type { BackgroundClock } from '../lang/clock.js';

// The key that `suppressTracing` of @opentelemetry/core uses in 1.30, 2.x and 3.x. `createContextKey`
// makes it with `Symbol.for`, so the same name is the same key without depending on core.
const SUPPRESS_TRACING_KEY = createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING');

const untracedContext: Context = ROOT_CONTEXT.setValue(SUPPRESS_TRACING_KEY, true);

type Run = <T>(task: () => T) => T;

/**
 * What runs with the storage that there was when the package was loaded, or its process started with a startup
 * snapshot: otherwise a socket would keep that of the request that happened to open it.
 * - `none`: a startup snapshot is built, which opens no socket
 * - `early`: made before the context manager of the application
 * - `known`: made after that
 */
interface LoadedStorage {
  readonly kind: 'none' | 'early' | 'known';
  readonly run: Run;
}

let storage: LoadedStorage = { kind: 'none', run: (task) => task() };
if (isBuildingSnapshot()) {
  onSnapshot({
    serialize: () => undefined,
    deserialize: () => {
      storage = { kind: 'early', run: presentStorage() };
    },
  });
} else storage = { kind: 'early', run: presentStorage() };

/** Runs `task` so that no instrumentation makes spans of it, and detached from the caller's context. */
export function untraced<T>(task: () => T): T {
  return storage.run(() =>
    context.with(untracedContext, () => {
      if (storage.kind === 'early') meetManager();
      return task();
    }),
  );
}

/** A clock whose timers are armed so, as a timer keeps the context in which it was armed until it has fired. */
export function untracedClock(clock: BackgroundClock): BackgroundClock {
  return {
    nowMillis: () => clock.nowMillis(),
    scheduleInBackground: (delayMillis, task) =>
      untraced(() => clock.scheduleInBackground(delayMillis, task)),
  };
}

/**
 * `AsyncHooksContextManager` of SDK 1.x and 2.x takes the caller's context away once something has run that was made
 * before itself. So that is made anew, with the storage of then, when it first runs under a context manager; a manager
 * that takes the place of another is not noticed.
 */
function meetManager(): void {
  if (context.active() === untracedContext) storage = { kind: 'known', run: presentStorage() };
}

/** Loads the module on demand: Node warns of `node:async_hooks` while a startup snapshot is built. */
function presentStorage(): Run {
  const { AsyncLocalStorage } = process.getBuiltinModule('node:async_hooks');
  return AsyncLocalStorage.snapshot();
}
