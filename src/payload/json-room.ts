// Owns how much is read of a list or an object for its JSON: no more than a tag can hold, and of an object as much
// again for each member that does not fit, up to the last that is tried. Knows nothing of JSON itself.

import { MAX_TAG_VALUE_BYTES } from './limits.js';

/** Maximum of values in one JSON: each takes at least two bytes, so any more would be cut off. */
export const MAX_VALUES: number = MAX_TAG_VALUE_BYTES / 2 + 1;

export class JsonRoom {
  #left = MAX_VALUES;
  /** What may be read in vain of members that do not fit. */
  #spare: number;
  #root: object | undefined;

  constructor(misfits: number) {
    this.#spare = misfits * MAX_VALUES;
  }

  /** Values for which there is room; with none, what was read takes more bytes than a tag has. */
  get left(): number {
    return this.#left;
  }

  take(values: number): void {
    this.#left = Math.max(0, this.#left - values);
  }

  /**
   * Enters a list or an object, of which the first is the root. All parts of another one take their room at once: if
   * the next were entered with it, each of a thousand lists within another could be as long as a tag.
   */
  enter(copy: object, parts: number): void {
    if (this.#root === undefined) this.#root = copy;
    else this.take(parts);
  }

  isRoot(copy: unknown): boolean {
    return copy === this.#root;
  }

  /** Goes on to the next value of a holder. A member of the root finds room whatever was read before it. */
  next(holder: unknown): void {
    if (!this.isRoot(holder)) return;
    if (!Array.isArray(holder)) this.#renew();
    this.take(1);
  }

  /** No further member of the root finds room anew: reading this one has taken as long as all may. */
  renewNoMore(): void {
    this.#spare = 0;
  }

  #renew(): void {
    const more = Math.min(MAX_VALUES - this.#left, this.#spare);
    this.#left += more;
    this.#spare -= more;
  }
}
