// Owns calling the span processor of one generation: nothing that it throws reaches the application,
// and it is known whether it still holds spans. Knows nothing of deadlines, nor of what a flush is for.

import { type Context, TraceFlags } from '@opentelemetry/api';
import type { Diagnostics } from './diagnostics.js';
import { DatadogExportError, reasonOf } from './errors.js';
import type { GenerationExporter } from './generation-exporter.js';
import { type Dispose, nothingToDispose, systemClock } from './lang/clock.js';
import { hasMethods } from './lang/methods.js';
import { expectation } from './option-checks.js';
import { UnfinishedResources } from './pending-resources.js';
import type { ReadableSpan, Span, SpanExporter, SpanProcessor } from './sdk-contract.js';

export type CreateProcessor = (exporter: SpanExporter) => SpanProcessor;

/** What a processor was told to do; in an object because a promise of a promise is none. */
export interface StartedFlush {
  /** What it threw or rejected with, if it did; never rejects. */
  readonly errors: Promise<readonly unknown[]>;
}

export interface ComingFlush {
  /** Never settles if it is called off before; never rejects. */
  readonly started: Promise<StartedFlush>;
  readonly callOff: Dispose;
}

export class InnerProcessor {
  readonly #processor: SpanProcessor;
  readonly #exporter: GenerationExporter;
  readonly #diagnostics: Diagnostics;
  readonly #resources = new UnfinishedResources();
  #ended = 0;
  /** Spans that it did not hand over when it was told to, so that it holds them no more. */
  #letGo = 0;
  #isRetired = false;

  /** @throws TypeError if `create` returns no span processor, and whatever it throws itself. */
  constructor(create: CreateProcessor, exporter: GenerationExporter, diagnostics: Diagnostics) {
    this.#processor = checkProcessor(create(exporter));
    this.#exporter = exporter;
    this.#diagnostics = diagnostics;
  }

  /** Whether the heap was duplicated since it was made. */
  get isInherited(): boolean {
    return this.#exporter.isInherited;
  }

  /**
   * Most spans that it can still hold. Those that it has dropped by itself, as a filter does or a full
   * queue, cannot be told from them before it was flushed.
   */
  get held(): number {
    return Math.max(this.#ended - this.#letGo - this.#exporter.handedOver, 0);
  }

  /** Whether attributes of a resource are still to come, without which it hands over nothing. */
  get isWaiting(): boolean {
    return !this.#resources.isEmpty;
  }

  /** Notes what exports of the spans that have ended so far fail with; see `GenerationExporter`. */
  noteFailures(): () => readonly Error[] {
    return this.#exporter.noteFailures(this.#exporter.handedOver + this.held);
  }

  onStart(span: Span, parentContext: Context): void {
    try {
      this.#processor.onStart(span, parentContext);
    } catch (error) {
      this.#warn('onStart', error, 'the span goes on');
    }
  }

  onEnding(span: Span): void {
    try {
      this.#processor.onEnding?.(span);
    } catch (error) {
      this.#warn('onEnding', error, 'the span goes on');
    }
  }

  onEnd(span: ReadableSpan): void {
    try {
      this.#resources.noteThatOf(span);
      this.#processor.onEnd(span);
      // The processors of the SDK skip what is not sampled.
      if ((span.spanContext().traceFlags & TraceFlags.SAMPLED) !== 0) this.#ended++;
    } catch (error) {
      this.#warn('onEnd', error, 'the span may be lost');
    }
  }

  /**
   * Has it hand over what it holds. While attributes of a resource are still to come, it could not:
   * the batch processor of the SDK would wait for them with a timer that keeps the process for 30 s.
   */
  startFlush(): ComingFlush {
    let callOff = nothingToDispose;
    const started = new Promise<StartedFlush>((resolve) => {
      callOff = this.#whenReady(() => resolve({ errors: this.#flush() }));
    });
    return { started, callOff };
  }

  /** Shuts it down, without waiting for it, once that leaves no timer behind. */
  retire(): void {
    if (!this.#isRetired) void this.#shutDown();
    this.#isRetired = true;
  }

  #whenReady(proceed: () => void): Dispose {
    if (!this.isWaiting || this.held === 0) {
      proceed();
      return nothingToDispose;
    }
    let isCalledOff = false;
    let dispose = this.#resources.whenEmpty(() => {
      // Batches that have waited for the same are handed over in between.
      systemClock.nextTurn(() => {
        if (!isCalledOff) dispose = this.#whenReady(proceed);
      });
    });
    return () => {
      isCalledOff = true;
      dispose();
    };
  }

  async #flush(): Promise<readonly unknown[]> {
    const ended = this.#ended;
    try {
      await this.#processor.forceFlush();
      this.#letGo = Math.max(this.#letGo, ended - this.#exporter.handedOver);
      return [];
    } catch (error) {
      return [error];
    }
  }

  async #shutDown(): Promise<void> {
    try {
      if (this.isWaiting) await new Promise<void>((resolve) => this.#resources.whenEmpty(resolve));
      await this.#processor.shutdown();
    } catch (error) {
      // What an export failed with, the exporter has said.
      if (error instanceof DatadogExportError) return;
      this.#warn('shutdown', error, 'spans that it held may be lost');
    }
  }

  #warn(method: string, error: unknown, loss: string): void {
    const what = `${method} of the span processor failed: ${reasonOf(error)}`;
    this.#diagnostics.warn(method, `${what}; ${loss}`);
  }
}

const METHODS = ['onStart', 'onEnd', 'forceFlush', 'shutdown'];

function checkProcessor(made: unknown): SpanProcessor {
  if (isProcessor(made)) return made;
  throw new TypeError(expectation('createProcessor(exporter)', 'a span processor', made));
}

function isProcessor(value: unknown): value is SpanProcessor {
  return hasMethods(value, METHODS);
}
