// Owns things of which the latest comes first, unless it is withdrawn before. Knows nothing of the things.

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

  /** The latest thing, which `take` takes out. */
  get first(): T | undefined {
    while (this.#top > 0 && !this.#things.has(this.#top - 1)) this.#top--;
    return this.#things.get(this.#top - 1);
  }

  take(): T | undefined {
    const { first } = this;
    this.#things.delete(this.#top - 1);
    return first;
  }

  clear(): void {
    this.#things.clear();
  }
}
