// Owns one fork, from its `before` hooks to those of the side that it goes on in: each side runs its hooks
// once, from the copy of the list that was taken when the fork began.

import type { ForkEntry, ForkStage } from './fork-hooks.js';

/** Runs the hooks of one stage. */
export type RunStage = (entries: readonly ForkEntry[], stage: ForkStage) => void;

type Life =
  { readonly kind: 'begun'; readonly entries: readonly ForkEntry[] } | { readonly kind: 'over' };

export class ForkInProgress {
  readonly #run: RunStage;
  #life: Life;

  /** Runs the `before` hooks. */
  constructor(entries: readonly ForkEntry[], run: RunStage) {
    this.#run = run;
    this.#life = { kind: 'begun', entries };
    run(entries, 'before');
  }

  /** The fork has been made, or has failed, and this is the process that made it. */
  endInParent(): void {
    this.#end('parent');
  }

  /** The fork has been made, and this is the copy. */
  endInChild(): void {
    this.#end('child');
  }

  #end(stage: 'parent' | 'child'): void {
    const life = this.#life;
    if (life.kind === 'over') return;
    this.#life = { kind: 'over' };
    this.#run(life.entries, stage);
  }
}
