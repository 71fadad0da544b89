// Owns the exports of an exporter that are under way: what is asked of all of them, and their common result.
// Knows nothing of spans.

import type { Cancellation } from '../cancellation.js';
import type { DeferredExports } from '../flush/deferrals.js';
import { FlushWaits, type PresentExports } from '../flush/flush-waits.js';
import { InOrder } from '../lang/in-order.js';
import type { ExportResult } from '../sdk-contract.js';
import type { ExportTask } from './export-task.js';

export class ExportTasks {
  readonly #tasks = new InOrder<ExportTask>();
  /** Exports that no flush has hurried yet: to hurry one again makes no difference. */
  readonly #patient = new Set<ExportTask>();
  readonly #waits = new FlushWaits();

  get isEmpty(): boolean {
    return this.#tasks.size === 0;
  }

  /** Keeps the task until it is over. */
  add(task: ExportTask): void {
    const number = this.#tasks.add(task);
    this.#patient.add(task);
    void task.result.then(({ error }) => {
      this.#tasks.delete(number);
      this.#patient.delete(task);
      if (error !== undefined) this.#waits.note(number, error);
      this.#waits.settleBefore(this.#tasks.oldest);
    });
  }

  /** Hurries the present exports and returns them to be waited for. */
  hurryPresent(): PresentExports {
    for (const task of this.#patient) task.hurry();
    this.#patient.clear();
    const present = this.#waits.begin(this.#tasks.next);
    this.#waits.settleBefore(this.#tasks.oldest);
    return present;
  }

  /** The results of the present exports, once all are over. */
  results(): Promise<readonly ExportResult[]> {
    return Promise.all([...this.#tasks.values()].map(({ result }) => result));
  }

  /** Number of the next export. */
  get next(): number {
    return this.#tasks.next;
  }

  get deferred(): DeferredExports {
    const { oldest, next } = this.#tasks;
    let end = oldest;
    while (end < next && this.#tasks.get(end)?.isDeferred !== false) end++;
    return { oldest, end };
  }

  hurry(deadlineMillis: number, cancellation: Cancellation): void {
    for (const task of this.#tasks.values()) task.hurry(deadlineMillis, cancellation);
  }

  cancel(cancellation: Cancellation): void {
    for (const task of this.#tasks.values()) task.cancel(cancellation);
  }

  /** Leaves all exports as they are, in a copy of the process. */
  abandon(): void {
    for (const task of this.#tasks.values()) task.abandon();
  }

  [Symbol.iterator](): IterableIterator<ExportTask> {
    return this.#tasks.values();
  }
}
