// Owns the exports of an exporter that are under way: what is asked of all of them, and what they come to
// together. Knows nothing of spans.

import type { ExportTask } from './export-task.js';
import { FlushWaits, type PresentExports } from './flush-waits.js';
import type { ExportResult } from './sdk-contract.js';
import type { Cancellation } from './transport/send-outcome.js';

export class ExportTasks {
  /** Numbered in the order in which they began. */
  readonly #tasks = new Map<number, ExportTask>();
  #begun = 0;
  /** Number of the oldest, or of the next to begin. A map finds its first only behind all that was deleted. */
  #oldest = 0;
  /** Those that nobody has hurried yet: more than once makes no difference. */
  readonly #patient = new Set<ExportTask>();
  readonly #waits = new FlushWaits();

  get isEmpty(): boolean {
    return this.#tasks.size === 0;
  }

  /** Keeps the task until it is over. */
  add(task: ExportTask): void {
    const number = this.#begun++;
    this.#tasks.set(number, task);
    this.#patient.add(task);
    void task.result.then(({ error }) => {
      this.#tasks.delete(number);
      this.#patient.delete(task);
      while (this.#oldest < this.#begun && !this.#tasks.has(this.#oldest)) this.#oldest++;
      if (error !== undefined) this.#waits.note(number, error);
      this.#waits.settleBefore(this.#oldest);
    });
  }

  /** The present ones, in a hurry. */
  hurryPresent(): PresentExports {
    for (const task of this.#patient) task.hurry();
    this.#patient.clear();
    const present = this.#waits.begin(this.#begun);
    this.#waits.settleBefore(this.#oldest);
    return present;
  }

  /** Waits for the present tasks. */
  results(): Promise<readonly ExportResult[]> {
    return Promise.all([...this.#tasks.values()].map(({ result }) => result));
  }

  /** Whether all that is left of the present ones waits for a moment that the Agent has named. */
  watchedDeferral(): () => boolean {
    const end = this.#begun;
    return () => this.#areDeferredBefore(end);
  }

  hurry(deadlineMillis: number, cancellation: Cancellation): void {
    for (const task of this.#tasks.values()) task.hurry(deadlineMillis, cancellation);
  }

  cancel(cancellation: Cancellation): void {
    for (const task of this.#tasks.values()) task.cancel(cancellation);
  }

  /** Leaves them as they are, in a copy of the process. */
  abandon(): void {
    for (const task of this.#tasks.values()) task.abandon();
  }

  [Symbol.iterator](): IterableIterator<ExportTask> {
    return this.#tasks.values();
  }

  /** Stops at the first that is not: asking 5 000 exports at the end of each took 250 ms. */
  #areDeferredBefore(end: number): boolean {
    for (let number = this.#oldest; number < end; number++) {
      if (this.#tasks.get(number)?.isDeferred === false) return false;
    }
    return this.#oldest < end;
  }
}
