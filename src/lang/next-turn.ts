// Owns running a task in the next turn of the event loop, even where a test has replaced the timers. Knows
// nothing of time.

interface Immediates {
  readonly setImmediate: (task: () => void) => NodeJS.Immediate;
  readonly clearImmediate: (immediate: NodeJS.Immediate) => void;
}

/** `util.promisify.custom`, without an import of `node:util`, which has side effects on Node 24. */
const PROMISE_VARIANT = Symbol.for('nodejs.util.promisify.custom');

/**
 * Node's own functions, kept as soon as they are found. No task here depends on time, but fake timers would hold
 * it back until a test lets its time pass, or for good. The globals may be fake, or missing as under jsdom;
 * `node:test` and Sinon replace the functions of `node:timers` as well.
 */
let kept = immediatesOfNode();

/** Runs `task` in the next turn of the event loop, after its I/O, unless the returned function is called before. */
export function inNextTurn(task: () => void): () => void {
  const own = ownImmediates();
  if (own === undefined) return afterMessage(task);
  const immediate = own.setImmediate(task);
  return () => own.clearImmediate(immediate);
}

/** Whether something else, such as a test's fake timers, has replaced the global `setImmediate`. */
export function isNextTurnReplaced(): boolean {
  return globalThis.setImmediate !== ownImmediates()?.setImmediate;
}

function ownImmediates(): Immediates | undefined {
  kept ??= immediatesOfNode();
  return kept;
}

function immediatesOfNode(): Immediates | undefined {
  const { setImmediate, clearImmediate } = process.getBuiltinModule('node:timers');
  return isOfNode(setImmediate) ? { setImmediate, clearImmediate } : undefined;
}

/** The promise variant of Node's own `setImmediate` is a getter that nobody can redefine. */
function isOfNode(setImmediate: object): boolean {
  return Object.getOwnPropertyDescriptor(setImmediate, PROMISE_VARIANT)?.configurable === false;
}

/** Runs `task` in the next turn by a message, because messages are read with the I/O of a turn. */
function afterMessage(task: () => void): () => void {
  const { port1, port2 } = new MessageChannel();
  port1.addEventListener('message', () => {
    port1.close();
    task();
  });
  port1.start();
  port2.postMessage(undefined);
  return () => port1.close();
}
