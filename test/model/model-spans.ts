// Owns the spans of a model run: how large they are, when their OTel resource is complete, and what
// reading them does.

import type { ReadableSpan } from '../../src/index.js';
import { makeSpan, nextSpanId } from '../support/spans.js';
import type { Give, Meddling, Pipeline } from './plan.js';
import type { VirtualTime } from './virtual-time.js';

/** Large enough for a tight limit to matter. */
const TEXT = 'x'.repeat(1_000);
const LATE_MILLIS = 100;

export interface SpanEvents {
  /** A getter of a span is called for the first time. */
  meddle(how: Meddling): void;
  /** The span will not be encoded, as one of its getters throws. */
  onBroken(spanId: string): void;
}

export class ModelSpans {
  readonly #pipeline: Pipeline;
  readonly #time: VirtualTime;
  readonly #events: SpanEvents;

  constructor(pipeline: Pipeline, time: VirtualTime, events: SpanEvents) {
    this.#pipeline = pipeline;
    this.#time = time;
    this.#events = events;
  }

  make(give: Pick<Give, 'spans' | 'traces'> & Partial<Give>): readonly ReadableSpan[] {
    const { spans: count, traces, resource: when = 'ready', readMillis = 0 } = give;
    const traceIds = Array.from({ length: traces }, () => nextSpanId().padStart(32, 'a'));
    const resource = this.#resourceOf(when);
    const spans = Array.from({ length: count }, (_, index) => {
      const attributes = index === 0 ? this.#attributesOf(give.again) : { text: TEXT };
      const get = (): object => {
        this.#time.spend(readMillis);
        return attributes;
      };
      const span = makeSpan({ traceId: traceIds[index % traces] ?? '', resource });
      return Object.defineProperty(span, 'attributes', { enumerable: true, get });
    });
    const { meanwhile } = give;
    if (meanwhile !== undefined && spans[0] !== undefined) this.#bait(spans[0], meanwhile);
    return spans;
  }

  /** With a tag of chunks, a span is encoded once more when its chunk is known; `again` is done then. */
  #attributesOf(again: Meddling | undefined): object {
    if (again === undefined) return { text: TEXT };
    const text = new RetoldText(() => this.#events.meddle(again));
    return { '_dd.origin': 'own', text };
  }

  #resourceOf(when: Give['resource']): ReadableSpan['resource'] {
    const attributes = { 'service.name': 'shop' };
    if (when === 'ready') return { attributes };
    const resource = {
      attributes,
      asyncAttributesPending: true,
      waitForAsyncAttributes: () => arrived,
    };
    const arrived = new Promise<void>((resolve) => {
      // The processor of the SDK would wait for good.
      if (when === 'never' && this.#pipeline !== 'ForkSafeSpanProcessor') return;
      this.#time.after(LATE_MILLIS, () => {
        resource.asyncAttributesPending = false;
        resolve();
      });
    });
    return resource;
  }

  /** Whoever reads the name of this span has something done, once; or it throws, always. */
  #bait(span: ReadableSpan, meanwhile: Meddling): void {
    const isBroken = meanwhile === 'throw';
    if (isBroken) this.#events.onBroken(span.spanContext().spanId);
    let isDone = false;
    const get = (): string => {
      if (isBroken) throw new Error('hostile');
      if (!isDone) {
        isDone = true;
        this.#events.meddle(meanwhile);
      }
      return 'bait';
    };
    Object.defineProperty(span, 'name', { enumerable: true, get });
  }
}

/** Has something done when it is asked for its text again; not copied, because it has a class of its own. */
class RetoldText {
  readonly #onAgain: () => void;
  #times = 0;

  constructor(onAgain: () => void) {
    this.#onAgain = onAgain;
  }

  toJSON(): string {
    if (++this.#times === 2) this.#onAgain();
    return TEXT;
  }
}
