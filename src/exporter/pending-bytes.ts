// Owns how much encoded data may exist at once: what waits for a connection, is being sent, or waits
// for another attempt. Knows neither payloads nor connections.

import { type Dispose, nothingToDispose } from '../lang/clock.js';

/** Assumed size of a span before any was encoded: that of a small one. */
const FIRST_SPAN_BYTES = 512;
/**
 * Memory that a payload under way takes besides its bytes, half of it closures and promises: measured by
 * `test/process/held-exports.test.ts`. Without this, a hundred thousand exports of one span each would find room.
 */
export const PAYLOAD_OVERHEAD_BYTES: number = 7 * 1_024;
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
   * Reserves room for a payload; the disposer releases it. `undefined` if there is none. A payload that
   * is alone needs room for its bytes only, so that a small limit lets one through.
   */
  reserve(bytes: number): Dispose | undefined {
    const taken = bytes + PAYLOAD_OVERHEAD_BYTES;
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
   * How many spans of mean size fit now into `share` of the limit, beside `openBytes` that are not
   * reserved yet; at least one if nothing else is there.
   */
  spansThatFit(share: number, openBytes: number): number {
    const taken = this.#bytes + openBytes;
    const bytes = this.#maxBytes * share - taken - PAYLOAD_OVERHEAD_BYTES;
    return Math.max(Math.floor(bytes / this.#meanSpanBytes), taken === 0 ? 1 : 0);
  }

  /** Whether the limit will be reached once these, which are not encoded yet, are added. */
  isFullWith({ batches, spans }: { batches: number; spans: number }): boolean {
    const estimate = batches * PAYLOAD_OVERHEAD_BYTES + spans * this.#meanSpanBytes;
    return this.#bytes + estimate >= this.#maxBytes;
  }

  /** The text for messages when there is no room. */
  get shortage(): string {
    return `\`maxPendingBytes\` (${this.#maxBytes} bytes) is used up`;
  }

  /** Updates the mean size of a span with that of a payload. */
  learn(spans: number, bytes: number): void {
    if (spans > 0) this.#meanSpanBytes += LEARNING_RATE * (bytes / spans - this.#meanSpanBytes);
  }

  /** Calls `task` once, however often it is passed, when bytes have been released. */
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
