// Owns the exports of an exporter that are under way: what is asked of all of them, and what they come to
// together. Knows nothing of spans.

import { allDeferred } from './deferrals.js';
import { errorOf } from './export-failure.js';
import type { ExportTask } from './export-task.js';
import type { ExportResult } from './sdk-contract.js';
import type { Cancellation } from './transport/send-outcome.js';

export class ExportTasks {
  readonly #tasks = new Set<ExportTask>();
  /** What the present ones fail with, if they do, once that was asked for. */
  #outcome: Promise<Error | undefined> | undefined;

  get isEmpty(): boolean {
    return this.#tasks.size === 0;
  }

  add(task: ExportTask): void {
    this.#tasks.add(task);
    this.#outcome = undefined;
  }

  /** It is over. */
  remove(task: ExportTask): void {
    this.#tasks.delete(task);
    this.#outcome = undefined;
  }

  /** Of the present ones, in a hurry; those who ask in a row share it. */
  hurriedOutcome(): Promise<Error | undefined> {
    if (this.#outcome === undefined) {
      this.hurry();
      this.#outcome = this.results().then(errorOf);
    }
    return this.#outcome;
  }

  /** Of the present ones. */
  results(): Promise<readonly ExportResult[]> {
    return Promise.all([...this.#tasks].map(({ result }) => result));
  }

  /** Whether all that is left of the present ones waits for a moment that the Agent has named. */
  watchedDeferral(): () => boolean {
    return allDeferred(this.#tasks, (task) => this.#tasks.has(task));
  }

  hurry(deadlineMillis?: number): void {
    for (const task of this.#tasks) task.hurry(deadlineMillis);
  }

  cancel(cancellation: Cancellation): void {
    for (const task of this.#tasks) task.cancel(cancellation);
  }

  /** Leaves them as they are, in a copy of the process. */
  abandon(): void {
    for (const task of this.#tasks) task.abandon();
  }

  [Symbol.iterator](): IterableIterator<ExportTask> {
    return this.#tasks.values();
  }
}
