// Owns what a span processor exports to: the exporter, as long as the processor belongs to the present
// generation. Afterwards nothing that it hands over is sent. Knows nothing of processors.

import type { Generation, Generations } from './generation.js';
import { answerInherited } from './inherited-export.js';
import type { InheritedSpans } from './inherited-spans.js';
import type { ExportResult, ReadableSpan, SpanExporter } from './sdk-contract.js';

export interface GenerationContext {
  readonly generations: Generations;
  readonly inherited: InheritedSpans;
}

/** The errors of failed exports, as far as they had begun within the first `spans` that were handed over. */
interface FailureNotes {
  readonly spans: number;
  readonly errors: Error[];
}

export class GenerationExporter implements SpanExporter {
  readonly #exporter: SpanExporter;
  readonly #context: GenerationContext;
  readonly #generation: Generation;
  readonly #notes = new Set<FailureNotes>();
  #handedOver = 0;

  constructor(exporter: SpanExporter, context: GenerationContext) {
    this.#exporter = exporter;
    this.#context = context;
    this.#generation = context.generations.present;
  }

  /** Whether the heap was duplicated since. */
  get isInherited(): boolean {
    return this.#generation !== this.#context.generations.present;
  }

  /** Spans that went to the exporter. */
  get handedOver(): number {
    return this.#handedOver;
  }

  export(spans: readonly ReadableSpan[], resultCallback: (result: ExportResult) => void): void {
    if (this.isInherited) {
      this.#context.inherited.add(spans.length);
      void answerInherited(resultCallback);
      return;
    }
    const before = this.#handedOver;
    this.#handedOver += spans.length;
    this.#exporter.export(spans, (result) => {
      this.#note(before, result);
      resultCallback(result);
    });
  }

  /**
   * Notes what exports of the first so many spans that it was ever handed fail with from now on, until the
   * returned function is called, which says what that was.
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
