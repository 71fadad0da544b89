// Owns the exports of an exporter that are under way: what is asked of all of them, and their common result.
// Knows nothing of spans.

import type { ExportTask } from './export-task.js';
import { FlushWaits, type PresentExports } from './flush-waits.js';
import type { ExportResult } from './sdk-contract.js';
import type { Cancellation } from './transport/send-outcome.js';

export class ExportTasks {
  /** Exports by their number, in the order in which they began. */
  readonly #tasks = new Map<number, ExportTask>();
  #begun = 0;
  /** Number of the oldest export, or of the next. Kept, as a map finds its first entry only behind all deleted ones. */
  #oldest = 0;
  /** Exports that nobody has hurried yet: hurrying one again makes no difference. */
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

  /** Hurries the present exports and returns them to be waited for. */
  hurryPresent(): PresentExports {
    for (const task of this.#patient) task.hurry();
    this.#patient.clear();
    const present = this.#waits.begin(this.#begun);
    this.#waits.settleBefore(this.#oldest);
    return present;
  }

  /** The results of the present exports, once all are over. */
  results(): Promise<readonly ExportResult[]> {
    return Promise.all([...this.#tasks.values()].map(({ result }) => result));
  }

  /** Returns a check: does all that is left of the now present exports wait for a time that the Agent has set? */
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

  /** Leaves all exports as they are, in a copy of the process. */
  abandon(): void {
    for (const task of this.#tasks.values()) task.abandon();
  }

  [Symbol.iterator](): IterableIterator<ExportTask> {
    return this.#tasks.values();
  }

  /** Stops at the first that is not deferred: asking all of 5 000 exports at the end of each took 250 ms. */
  #areDeferredBefore(end: number): boolean {
    for (let number = this.#oldest; number < end; number++) {
      if (this.#tasks.get(number)?.isDeferred === false) return false;
    }
    return this.#oldest < end;
  }
}
