// Owns calling the span processor of one generation: what its methods throw never reaches the application,
// and whether it still holds spans is known. Knows nothing of deadlines, nor of what a flush is for.

import type { Context } from '@opentelemetry/api';
import { expectation } from '../configuration/option-checks.js';
import type { Diagnostics } from '../diagnostics.js';
import { DatadogExportError } from '../errors.js';
import { PendingResources } from '../exporter/pending-resources.js';
import { type Dispose, nothingToDispose, systemClock } from '../lang/clock.js';
import { countOf } from '../lang/count-text.js';
import { hasMethods } from '../lang/methods.js';
import { reasonOf } from '../lang/reason-text.js';
import type { ReadableSpan, Span, SpanExporter, SpanProcessor } from '../sdk-contract.js';
import type { GenerationExporter } from './generation-exporter.js';
import { isSampled } from './sampled-spans.js';

export type CreateProcessor = (exporter: SpanExporter) => SpanProcessor;

/** A flush that the processor was told to do; in an object, because promises do not nest. */
export interface StartedFlush {
  /** What the processor threw or rejected with, if it did; never rejects. */
  readonly errors: Promise<readonly unknown[]>;
}

export interface ComingFlush {
  /** Settles when the flush begins, never if it is called off before; never rejects. */
  readonly started: Promise<StartedFlush>;
  readonly callOff: Dispose;
}

export interface NotedFlush extends Omit<ComingFlush, 'callOff'> {
  readonly inner: InnerProcessor;
  /** Ends the noting of failed exports and returns their errors. */
  readonly endNoting: () => readonly Error[];
  /** Ends the noting, and calls the flush off if it has not begun. */
  readonly end: Dispose;
}

export class InnerProcessor {
  readonly #processor: SpanProcessor;
  readonly #exporter: GenerationExporter;
  readonly #diagnostics: Diagnostics;
  readonly #resources = new PendingResources();
  #ended = 0;
  /** Number of spans that a flush did not hand over, so that the processor cannot hold them any more. */
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
   * Most spans that the processor can still hold. Those that it dropped by itself, as a filter or a full queue
   * does, cannot be told from them before a flush.
   */
  get held(): number {
    return Math.max(this.#ended - this.#letGo - this.#exporter.handedOver, 0);
  }

  /** Whether it was shut down. */
  get isRetired(): boolean {
    return this.#isRetired;
  }

  /** Whether resource attributes are pending, without which the processor hands over nothing. */
  get awaitsAttributes(): boolean {
    return !this.#resources.isEmpty;
  }

  /**
   * Like `startFlush`; also notes the errors of exports of what has ended so far, see `GenerationExporter`. That
   * begins before the flush: while resource attributes are awaited, the processor may export by itself.
   */
  startNotedFlush(): NotedFlush {
    const endNoting = this.#exporter.noteFailures(this.#exporter.handedOver + this.held);
    const { started, callOff } = this.startFlush();
    const end = (): void => {
      endNoting();
      callOff();
    };
    return { inner: this, started, endNoting, end };
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
    const { handedOver } = this.#exporter;
    try {
      this.#resources.noteThatOf(span);
      this.#processor.onEnd(span);
      // The SDK's processors skip spans that are not sampled.
      if (isSampled(span)) this.#ended++;
    } catch (error) {
      if (this.#exporter.handedOver > handedOver) this.#ended++; // before it threw
      this.#warn('onEnd', error, 'the span may be lost');
    }
  }

  /**
   * Has the processor hand over what it holds, once no resource attributes are pending. Before, it could not:
   * the SDK's batch processor would wait for them with a timer that keeps the process alive for 30 s.
   */
  startFlush(): ComingFlush {
    let callOff = nothingToDispose;
    const started = new Promise<StartedFlush>((resolve) => {
      callOff = this.#whenReady(() => resolve({ errors: this.#flush() }));
    });
    return { started, callOff };
  }

  /**
   * Shuts the processor down, without waiting for it, once that leaves no timer behind. A flush that has not begun
   * ends: the exporter will not be there any more when attributes come.
   */
  retire(): void {
    if (this.#isRetired) return;
    this.#isRetired = true;
    this.#resources.wake();
    void this.#shutDown();
  }

  #whenReady(proceed: () => void): Dispose {
    if (this.#isRetired || !this.awaitsAttributes || this.held === 0) {
      proceed();
      return nothingToDispose;
    }
    let isCalledOff = false;
    let dispose = this.#resources.whenEmpty(() => {
      // Until then, batches that have waited for the same attributes are handed over.
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
    if (this.#isRetired) return this.#heldErrors;
    const ended = this.#ended;
    try {
      await this.#processor.forceFlush();
      this.#letGo = Math.max(this.#letGo, ended - this.#exporter.handedOver);
      return [];
    } catch (error) {
      return [error];
    }
  }

  /** The error of a flush that comes too late. */
  get #heldErrors(): readonly Error[] {
    const { held } = this;
    if (held === 0) return [];
    const lost = `the span processor was shut down and still held up to ${countOf(held, 'span')}`;
    const details = { kind: 'shutdown', lostSpans: held, attempts: 0 } as const;
    return [new DatadogExportError(`forceFlush failed: ${lost}; they are lost`, details)];
  }

  async #shutDown(): Promise<void> {
    try {
      if (this.awaitsAttributes)
        await new Promise<void>((resolve) => this.#resources.whenEmpty(resolve));
      await this.#processor.shutdown();
    } catch (error) {
      // The exporter has warned of failed exports.
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
