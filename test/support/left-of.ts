// Owns the part of a script that says how many objects are still referenced. Must not know what they are.

/** A loaded machine finishes what V8 does in the background well within it; what leaks stays for good. */
const DEADLINE_MILLIS = 10_000;

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
