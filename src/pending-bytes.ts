// Owns how much encoded data may exist at once: what waits for a connection, is being sent, or waits
// for another attempt. Knows neither payloads nor connections.

import { type Dispose, nothingToDispose } from './lang/clock.js';

/** Assumed of spans before any has been encoded: an HTTP server span with a dozen attributes. */
const FIRST_SPAN_BYTES = 512;
/** Weight of the newest payload in the mean. */
const LEARNING_RATE = 0.2;

export class PendingBytes {
  readonly #maxBytes: number;
  readonly #waiting = new Set<() => void>();
  #bytes = 0;
  #meanSpanBytes = FIRST_SPAN_BYTES;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** The disposer gives the bytes back. `undefined` if there is no room for so many. */
  reserve(bytes: number): Dispose | undefined {
    if (this.#bytes + bytes > this.#maxBytes) return undefined;
    this.#bytes += bytes;
    let release: Dispose = () => {
      release = nothingToDispose;
      this.#bytes -= bytes;
      this.#tellRoom();
    };
    return () => release();
  }

  /**
   * How many spans a large batch may add now, by their mean size. It gets half of the limit at most, so
   * that it does not keep others out while it waits for the Agent; but always one, when nothing else
   * is there.
   */
  get spansForLargeBatch(): number {
    const spans = Math.floor((this.#maxBytes / 2 - this.#bytes) / this.#meanSpanBytes);
    return Math.max(spans, this.#bytes === 0 ? 1 : 0);
  }

  /** Whether the limit is reached once so many spans, which nobody has encoded yet, are added. */
  isFullWith(spans: number): boolean {
    return this.#bytes + spans * this.#meanSpanBytes >= this.#maxBytes;
  }

  /** Takes note of the size that spans turned out to have. */
  learn(spans: number, bytes: number): void {
    if (spans > 0) this.#meanSpanBytes += LEARNING_RATE * (bytes / spans - this.#meanSpanBytes);
  }

  /** Calls `task` once, when some bytes have been given back. */
  whenReleased(task: () => void): Dispose {
    this.#waiting.add(task);
    return () => void this.#waiting.delete(task);
  }

  #tellRoom(): void {
    const tasks = [...this.#waiting];
    this.#waiting.clear();
    for (const task of tasks) task();
  }
}
