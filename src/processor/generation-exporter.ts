// Owns the exporter that a span processor gets: it hands spans on as long as the processor belongs to the
// present generation, and sends nothing afterwards. Knows nothing of processors.

import { answerInherited } from '../exporter/inherited-export.js';
import type { Generation, Generations } from '../fork/generation.js';
import type { ExportResult, ReadableSpan, ResultCallback, SpanExporter } from '../sdk-contract.js';

/** The errors of failed exports that hold any of the first `spans` spans that were handed over. */
interface FailureNotes {
  readonly spans: number;
  readonly errors: Error[];
}

export class GenerationExporter implements SpanExporter {
  readonly #exporter: SpanExporter;
  readonly #generations: Generations;
  readonly #onInherited: (spans: number) => void;
  readonly #generation: Generation;
  readonly #notes = new Set<FailureNotes>();
  #handedOver = 0;

  /** `onInherited` is told of spans that belong to an earlier generation, and so are not sent. */
  constructor(
    exporter: SpanExporter,
    generations: Generations,
    onInherited: (spans: number) => void,
  ) {
    this.#exporter = exporter;
    this.#generations = generations;
    this.#onInherited = onInherited;
    this.#generation = generations.present;
  }

  /** Whether the heap was duplicated since this was made. */
  get isInherited(): boolean {
    return this.#generation !== this.#generations.present;
  }

  /** Number of spans that went to the exporter. */
  get handedOver(): number {
    return this.#handedOver;
  }

  export(spans: readonly ReadableSpan[], resultCallback: ResultCallback): void {
    if (this.isInherited) {
      this.#onInherited(spans.length);
      void answerInherited(resultCallback);
      return;
    }
    const before = this.#handedOver;
    this.#handedOver += spans.length;
    this.#exporter.export(spans, (result) => {
      const told = withReason(result);
      this.#note(before, told);
      resultCallback(told);
    });
  }

  /**
   * Notes the errors of exports that hold any of the first `spans` spans ever handed over and fail from now on,
   * until the returned function is called, which returns them.
   */
  noteFailures(spans: number): () => readonly Error[] {
    const notes: FailureNotes = { spans, errors: [] };
    this.#notes.add(notes);
    return () => {
      this.#notes.delete(notes);
      return notes.errors;
    };
  }

  async forceFlush(): Promise<void> {
    if (!this.isInherited) await this.#exporter.forceFlush?.();
  }

  /** Does nothing: the exporter may outlive the processor, and is not the processor's to end. */
  shutdown(): Promise<void> {
    return Promise.resolve();
  }

  /** `before` spans had been handed over before those of the export. */
  #note(before: number, { error }: ExportResult): void {
    if (error === undefined) return;
    for (const { spans, errors } of this.#notes) if (before < spans) errors.push(error);
  }
}

/** An exporter of another kind may say only that it failed. */
function withReason(result: ExportResult): ExportResult {
  if (result.code === 0 || result.error !== undefined) return result;
  return { ...result, error: new Error('the exporter failed and gave no reason') };
}
