// Owns how much encoded data may exist at once: what waits for a connection, is being sent, or waits
// for another attempt. Knows neither payloads nor connections.

import { type Dispose, nothingToDispose } from './lang/clock.js';

/** Assumed of spans before any has been encoded: an HTTP server span with a dozen attributes. */
const FIRST_SPAN_BYTES = 512;
/**
 * What a payload under way takes besides its bytes: exports of one span each were measured to take 4.5
 * KiB. Without it a hundred thousand of them would find room.
 */
const OVERHEAD_BYTES = 5 * 1_024;
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

  /**
   * Makes room for a payload; the disposer gives it back. `undefined` if there is none. A payload that
   * is alone needs room for its bytes only, so that a small limit lets one through.
   */
  reserve(bytes: number): Dispose | undefined {
    const taken = bytes + OVERHEAD_BYTES;
    const hasRoom = this.#bytes === 0 ? bytes <= this.#maxBytes : this.#hasRoomFor(taken);
    if (!hasRoom) return undefined;
    this.#bytes += taken;
    let release: Dispose = () => {
      release = nothingToDispose;
      this.#bytes -= taken;
      this.#tellRoom();
    };
    return () => release();
  }

  /**
   * How many spans find room now, by their mean size, beside `openBytes` that are not reserved yet and
   * if only this share of the limit may be used; but always one, when nothing else is there.
   */
  spansThatFit(share: number, openBytes: number): number {
    const taken = this.#bytes + openBytes;
    const bytes = this.#maxBytes * share - taken - OVERHEAD_BYTES;
    return Math.max(Math.floor(bytes / this.#meanSpanBytes), taken === 0 ? 1 : 0);
  }

  /** Whether the limit is reached once these are added, which nobody has encoded yet. */
  isFullWith({ batches, spans }: { batches: number; spans: number }): boolean {
    const estimate = batches * OVERHEAD_BYTES + spans * this.#meanSpanBytes;
    return this.#bytes + estimate >= this.#maxBytes;
  }

  /** What to say when there is no room. */
  get shortage(): string {
    return `\`maxPendingBytes\` (${this.#maxBytes}) are used up`;
  }

  /** Takes note of the size that spans turned out to have. */
  learn(spans: number, bytes: number): void {
    if (spans > 0) this.#meanSpanBytes += LEARNING_RATE * (bytes / spans - this.#meanSpanBytes);
  }

  /** Calls `task` once, however often it is given, when some bytes have been given back. */
  whenReleased(task: () => void): void {
    this.#waiting.add(task);
  }

  #hasRoomFor(bytes: number): boolean {
    return this.#bytes + bytes <= this.#maxBytes;
  }

  #tellRoom(): void {
    const tasks = [...this.#waiting];
    this.#waiting.clear();
    for (const task of tasks) task();
  }
}
