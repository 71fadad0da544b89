// Owns finding what is kept for a trace by its id. Knows nothing of what is kept.

import { parseHex32 } from './identifiers.js';
import type { TraceIdentity } from './span-header.js';

/**
 * Different in each process: V8 hashes integers alike everywhere, and peers choose trace ids. 10 000 that were made
 * to clash took 430 ms instead of 10.
 */
const SEED = Math.trunc(Math.random() * 2 ** 32);
/** Where the last 32 bits of a trace id begin. */
const LOW_BITS_AT = 24;

/**
 * A table by the last 32 bits of the id as a number: by its text, a `Map` has to hash each id that it has never
 * seen, and `npm run bench -- shapes` shows a tenth more for `plain`. A trace that has these bits in common with
 * an earlier one is found by its text.
 */
export class TraceTable<T extends TraceIdentity> {
  /** All traces in the order in which they were added. */
  readonly all: T[] = [];
  readonly #byLowBits = new Map<number, T>();
  readonly #clashing = new Map<string, T>();
  /** The trace found last: the spans of a trace often end one after another. */
  #last: T | undefined;

  find(traceIdHex: string): T | undefined {
    if (this.#last?.traceIdHex === traceIdHex) return this.#last;
    if (typeof traceIdHex !== 'string') return undefined; // spans come from untyped JavaScript
    const found = this.#byLowBits.get(seeded(parseHex32(traceIdHex, LOW_BITS_AT)));
    if (found === undefined) return undefined;
    const isClash = found.traceIdHex !== traceIdHex;
    const trace = isClash ? this.#clashing.get(traceIdHex) : found;
    if (trace !== undefined) this.#last = trace;
    return trace;
  }

  /** Adds a trace that was not found. */
  add(trace: T): void {
    const low = seeded(trace.traceIdLow64.low);
    if (this.#byLowBits.has(low)) this.#clashing.set(trace.traceIdHex, trace);
    else this.#byLowBits.set(low, trace);
    this.all.push(trace);
    this.#last = trace;
  }
}

/** The bits as an int32, which V8 may keep without an object for it. */
function seeded(bits: number): number {
  return bits ^ SEED;
}
