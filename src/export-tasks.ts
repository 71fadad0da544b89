// Owns the exports of an exporter that are under way: what is asked of all of them, and what they come to
// together. Knows nothing of spans.

import { allDeferred } from './deferrals.js';
import { errorOf } from './export-failure.js';
import type { ExportTask } from './export-task.js';
import type { ExportResult } from './sdk-contract.js';
import type { Cancellation } from './transport/send-outcome.js';

/** The exports that were under way at one moment. */
export interface PresentTasks {
  /** What they fail with, if they do; settles when all are over. */
  readonly outcome: Promise<Error | undefined>;
  /** To be called once, by whoever was given them, when it waits no longer. */
  readonly leave: () => void;
}

export class ExportTasks {
  /** In the order in which they began, and by it numbered. */
  readonly #tasks = new Map<ExportTask, number>();
  #begun = 0;
  /** Those that nobody has hurried yet: more than once makes no difference. */
  readonly #patient = new Set<ExportTask>();
  /** Those that somebody waits for. */
  readonly #awaited = new Set<AwaitedTasks>();
  /** Of the present ones, once that was asked for. */
  #latest: AwaitedTasks | undefined;

  get isEmpty(): boolean {
    return this.#tasks.size === 0;
  }

  add(task: ExportTask): void {
    this.#tasks.set(task, this.#begun++);
    this.#patient.add(task);
    this.#latest = undefined;
  }

  /** It is over. */
  remove(task: ExportTask, result: ExportResult): void {
    const number = this.#tasks.get(task);
    if (number === undefined) return;
    this.#tasks.delete(task);
    this.#patient.delete(task);
    this.#latest = undefined;
    for (const awaited of this.#awaited) awaited.note(number, result);
  }

  /**
   * The present ones, in a hurry; those who ask in a row share them. What each who waits takes does not
   * grow with them: where every request was flushed and the Agent hung, 2 000 took 240 MB.
   */
  hurryPresent(): PresentTasks {
    for (const task of this.#patient) task.hurry();
    this.#patient.clear();
    const awaited = this.#latest ?? new AwaitedTasks(this.#begun, this.#tasks.size);
    this.#latest = awaited;
    this.#awaited.add(awaited);
    awaited.waiting++;
    return { outcome: awaited.outcome, leave: () => this.#leave(awaited) };
  }

  /** Of the present ones. */
  results(): Promise<readonly ExportResult[]> {
    return Promise.all([...this.#tasks.keys()].map(({ result }) => result));
  }

  /** Whether all that is left of the present ones waits for a moment that the Agent has named. */
  watchedDeferral(): () => boolean {
    return allDeferred(this.#tasks.keys(), (task) => this.#tasks.has(task));
  }

  hurry(deadlineMillis: number): void {
    for (const task of this.#tasks.keys()) task.hurry(deadlineMillis);
  }

  cancel(cancellation: Cancellation): void {
    for (const task of this.#tasks.keys()) task.cancel(cancellation);
  }

  /** Leaves them as they are, in a copy of the process. */
  abandon(): void {
    for (const task of this.#tasks.keys()) task.abandon();
  }

  [Symbol.iterator](): IterableIterator<ExportTask> {
    return this.#tasks.keys();
  }

  #leave(awaited: AwaitedTasks): void {
    awaited.waiting--;
    if (awaited.waiting > 0) return;
    this.#awaited.delete(awaited);
    if (this.#latest === awaited) this.#latest = undefined;
  }
}

/** What those exports come to that are under way when it is made. */
class AwaitedTasks {
  readonly outcome: Promise<Error | undefined>;
  /** So many wait for it. */
  waiting = 0;
  readonly #failed: ExportResult[] = [];
  /** Number of the first export that is none of them. */
  readonly #end: number;
  #left: number;
  #settle: (error: Error | undefined) => void = () => undefined;

  constructor(end: number, left: number) {
    this.#end = end;
    this.#left = left;
    this.outcome = new Promise((resolve) => {
      this.#settle = resolve;
    });
    if (left === 0) this.#settle(undefined);
  }

  /** The export with this number is over. */
  note(number: number, result: ExportResult): void {
    if (number >= this.#end) return;
    if (result.error !== undefined) this.#failed.push(result);
    this.#left--;
    if (this.#left === 0) this.#settle(errorOf(this.#failed));
  }
}
