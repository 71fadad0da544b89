// Owns things that are taken latest first, unless they are withdrawn before. Knows nothing of the things.

import type { Dispose } from './clock.js';

export class LatestFirst<T extends object> {
  readonly #things = new Map<number, T>();
  /** Above the numbers of all things. */
  #top = 0;

  /** The disposer withdraws it. */
  add(thing: T): Dispose {
    const number = this.#top++;
    this.#things.set(number, thing);
    return () => {
      // Once it has been taken, the number may be that of another.
      if (this.#things.get(number) === thing) this.#things.delete(number);
    };
  }

  take(): T | undefined {
    if (this.#things.size === 0) this.#top = 0;
    while (this.#top > 0) {
      const number = --this.#top;
      const thing = this.#things.get(number);
      this.#things.delete(number);
      if (thing !== undefined) return thing;
    }
    return undefined;
  }

  clear(): void {
    this.#things.clear();
  }
}
