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

/**
 * Whether a task of the global `setImmediate` may wait longer, or for good, as with a test's fake timers. What merely
 * wraps Node's function, as zone.js does for Angular, holds nothing back.
 */
export function isNextTurnHeldBack(): boolean {
  const { setImmediate } = globalThis;
  if (setImmediate === ownImmediates()?.setImmediate) return false;
  return !handsOn(setImmediate);
}

function ownImmediates(): Immediates | undefined {
  kept ??= immediatesOfNode();
  return kept;
}

function immediatesOfNode(): Immediates | undefined {
  const { setImmediate, clearImmediate } = process.getBuiltinModule('node:timers');
  return isOfNode(setImmediate) ? { setImmediate, clearImmediate } : undefined;
}

/** Whether it hands its tasks to Node, which shows in what it returns: fake timers have handles of their own. */
function handsOn(stranger: typeof setImmediate | undefined): boolean {
  try {
    const handle = stranger?.(() => undefined); // there is none under jsdom
    clearImmediate(handle);
    return typeof handle === 'object' && handle?.constructor.name === 'Immediate';
  } catch {
    return false; // where a test forbids it, or a polyfill has no way to clear what it has set
  }
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
