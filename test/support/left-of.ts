// Owns the parts of a script that say how many objects are still referenced, and how much memory is held. Must not
// know what they are.

/** A loaded machine finishes what V8 does in the background well within it; what leaks stays for good. */
const DEADLINE_MILLIS = 10_000;

/**
 * Gives a script, run with `--expose-gc`, `heldMegabytes(before, most)`: what it holds more than `before` bytes, as
 * soon as that is less than `most` MB, or after ten seconds; and `heldBytes()`, for `before`. V8 frees buffers on
 * a thread of its own: in a loaded machine 12 of 17 MB were still there after a collection.
 */
export const HELD: string = `
  const heldBytes = async () => {
    await new Promise(setImmediate); // whatever a WeakRef was asked for stays until the turn is over
    globalThis.gc();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };
  const heldMegabytes = async (before, most) => {
    const deadline = performance.now() + ${DEADLINE_MILLIS};
    for (;;) {
      const megabytes = ((await heldBytes()) - before) / 1e6;
      if (megabytes < most || performance.now() > deadline) return megabytes;
    }
  };
`;

/**
 * Gives a script, run with `--expose-gc`, `leftOf(refs)`: how many of these weak references still have an
 * object as soon as none has, or after ten seconds. One collection is not enough: V8 compiles hot functions
 * on a thread of its own and holds objects that they have seen until that ends. In a loaded machine Node 24
 * held one or two of 10 000 closures in a run of twenty; with `--no-concurrent-recompilation`, in none of 400.
 */
export const LEFT_OF: string = `
  const leftOf = async (refs) => {
    const deadline = performance.now() + ${DEADLINE_MILLIS};
    for (;;) {
      await new Promise(setImmediate);
      globalThis.gc();
      const left = refs.filter((ref) => ref.deref() !== undefined).length;
      if (left === 0 || performance.now() > deadline) return left;
    }
  };
`;
