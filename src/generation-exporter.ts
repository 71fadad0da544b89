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

export class GenerationExporter implements SpanExporter {
  readonly #exporter: SpanExporter;
  readonly #context: GenerationContext;
  readonly #generation: Generation;
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
    this.#handedOver += spans.length;
    this.#exporter.export(spans, resultCallback);
  }

  async forceFlush(): Promise<void> {
    if (!this.isInherited) await this.#exporter.forceFlush?.();
  }

  /** Does nothing: the exporter may outlive the processor, and is not the processor's to end. */
  shutdown(): Promise<void> {
    return Promise.resolve();
  }
}
