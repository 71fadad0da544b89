// Owns spans that are handed over one by one as they end: they are encoded at once, and exported when enough
// have been collected, or after a delay. Holds bytes, up to a limit. Knows nothing of how they are sent.

import type { Dispose } from '../lang/clock.js';
import { countOf } from '../lang/count-text.js';
import { reasonOf } from '../lang/reason-text.js';
import type { EncodedPart } from '../payload/payload-series.js';
import { lostSpansOf } from '../payload/span-loss.js';
import type { SpanSegment } from '../payload/span-segment.js';
import type { ReadableSpan } from '../sdk-contract.js';
import { noteDropped } from './dropped-spans.js';
import { type ExportSource, sealedSource, spanSource } from './export-source.js';
import { PAYLOAD_OVERHEAD_BYTES } from './pending-bytes.js';
import type { SharedParts } from './shared-parts.js';

export interface IntakeSettings {
  /** Longest time that a span stays here while there is room among the pending bytes. */
  readonly scheduledDelayMillis: number;
  /** Most bytes of spans here, including those of exports that are queued. */
  readonly maxQueueBytes: number;
}

/** Takes a span that has ended. Never throws. */
export type SpanSink = (span: ReadableSpan) => void;

/** Exports the spans that an intake has collected. */
export interface IntakeOwner {
  readonly parts: SharedParts;
  /** Exports spans that the ledger has received. `onUnderWay` is called once, when none of them waits any more. */
  run(source: ExportSource, onUnderWay: () => void): void;
  /** Called when all spans have left: they are exported by `run`, or were lost. */
  onEmpty(): void;
}

/**
 * Reading a span, to encode it or while spans are gathered, may call back into the exporter. What such a call
 * asks for is done when the work is over.
 */
type IntakePhase = 'idle' | 'working' | 'sealDue' | 'forgotten';

/** Bytes exported at a time; a little less than a power of two, as buffers have such sizes. */
const SEGMENT_BYTES = 960 * 1_024;
/** Late spans, which wait for attributes of their OTel resource, are not encoded; so many at most are exported at a time. */
const MAX_LATE_SPANS = 512;
/** Assumed size of a late span. */
const LATE_SPAN_BYTES = 1_024;

export class SpanIntake {
  readonly #settings: IntakeSettings;
  readonly #owner: IntakeOwner;
  readonly #segmentBytes: number;
  readonly #maxLateSpans: number;
  readonly #segment: SpanSegment;
  #late: ReadableSpan[] = [];
  /** Bytes of the exports that wait for room among the pending bytes, with what each takes besides its spans. */
  #queuedBytes = 0;
  /** How many of these exports hold encoded spans: they wait for the Agent only. */
  #queuedEncoded = 0;
  #stopTimer: Dispose | undefined;
  /** Number of spans that found no room since the last that did, and what there was too little of. */
  #refused: { spans: number; readonly limit: string } | undefined;
  #phase: IntakePhase = 'idle';
  /** Spans that were ended by a getter of another span while that was read. */
  readonly #nested: ReadableSpan[] = [];

  constructor(settings: IntakeSettings, owner: IntakeOwner) {
    const { newSegment, maxSegmentBytes } = owner.parts;
    this.#settings = settings;
    this.#owner = owner;
    this.#segmentBytes = Math.min(SEGMENT_BYTES, maxSegmentBytes, settings.maxQueueBytes / 2);
    // Encoded or late, they fill half of a small queue at most before they leave it.
    this.#maxLateSpans = Math.min(MAX_LATE_SPANS, this.#segmentBytes / LATE_SPAN_BYTES);
    this.#segment = newSegment();
  }

  get isEmpty(): boolean {
    if (this.#phase === 'forgotten') return true;
    return this.#segment.spanCount === 0 && this.#late.length === 0;
  }

  /** Whether spans are being read: then a getter of one of them has called. */
  get isWorking(): boolean {
    return this.#phase === 'working' || this.#phase === 'sealDue';
  }

  /** Takes the span, which the ledger has received, as it is now. Never throws. */
  add(span: ReadableSpan): void {
    if (this.#phase === 'forgotten') return;
    if (this.isWorking) {
      this.#nested.push(span);
      return;
    }
    this.#phase = 'working';
    try {
      this.#place(span);
      this.#finish();
    } finally {
      this.#endWork();
    }
  }

  /** Has all spans that are here exported, at the end of the present work if there is any. */
  seal(): void {
    if (this.#phase === 'forgotten') return;
    this.#endRefusing();
    const isWorking = this.isWorking;
    this.#phase = 'sealDue';
    if (isWorking) return;
    try {
      this.#finish();
    } finally {
      this.#endWork();
    }
  }

  /** Forgets all spans, including those to come: they belong to another process. */
  forget(): void {
    const isWorking = this.isWorking;
    this.#phase = 'forgotten';
    this.#endTimer();
    if (!isWorking) this.#release();
  }

  /** Does what getters have asked for meanwhile, until none asks for more. */
  #finish(): void {
    let hasExported = false;
    while (this.isWorking) {
      const isFull = this.#segment.byteCount >= this.#segmentBytes;
      const next = isFull || this.#nested.length === 0 ? undefined : this.#nested.shift();
      if (next !== undefined) this.#place(next);
      else if (isFull || (this.#phase === 'sealDue' && !this.isEmpty)) {
        this.#exportAll();
        hasExported = true;
      } else break;
    }
    if (hasExported && this.isEmpty) this.#owner.onEmpty();
    const hasLostOnly = this.isEmpty && this.#segment.byteCount > 0;
    if (hasLostOnly) this.#segment.clear(); // spans that were dropped have left their traces
  }

  #exportAll(): void {
    this.#endTimer();
    this.#sealSegment();
    if (this.isWorking) this.#sealLate();
  }

  #endWork(): void {
    if (this.isWorking) this.#phase = 'idle';
    else this.#release();
  }

  #release(): void {
    this.#segment.clear();
    this.#late = [];
    this.#nested.length = 0;
  }

  #place(span: ReadableSpan): void {
    if (!this.#hasRoom) return this.#refuse();
    this.#endRefusing();
    const { resourceWaits } = this.#owner.parts;
    const resource = resourceWaits.awaitedBy(span);
    if (resource === undefined) return this.#encode(span);
    resourceWaits.begin(resource);
    if (this.isWorking) this.#placeLate(span); // else the user's promise has made this another process
  }

  #encode(span: ReadableSpan): void {
    const { ledger } = this.#owner.parts;
    const outcome = this.#segment.add(span);
    if (outcome === 'added') return this.#startTimer();
    ledger.take(1);
    noteDropped({ [outcome]: 1 }, this.#owner.parts);
  }

  #placeLate(span: ReadableSpan): void {
    this.#late.push(span);
    this.#startTimer();
    if (this.#late.length >= this.#maxLateSpans) this.#phase = 'sealDue';
  }

  #sealSegment(): void {
    if (this.#segment.spanCount === 0) return this.#segment.clear();
    const { ledger } = this.#owner.parts;
    const gathered = this.#gather();
    if (gathered === undefined || !this.isWorking) return;
    const { payloads, dropped } = gathered;
    ledger.take(lostSpansOf(dropped));
    noteDropped(dropped, this.#owner.parts);
    for (const payload of payloads) this.#run(sealedSource(payload), payload.body.length);
  }

  /** Nothing, and the spans are lost, where there is no memory for a payload. */
  #gather(): EncodedPart | undefined {
    const { ledger, diagnostics } = this.#owner.parts;
    const { spanCount } = this.#segment;
    try {
      return this.#segment.gather();
    } catch (error) {
      if (!this.isWorking) return undefined;
      ledger.take(spanCount);
      ledger.dropped('encode', spanCount);
      const message = `encode: ${reasonOf(error)}; ${countOf(spanCount, 'span')} lost`;
      diagnostics.warnOfLoss('gather', spanCount, message);
      return undefined;
    }
  }

  #sealLate(): void {
    if (this.#late.length === 0) return;
    const spans = this.#late;
    this.#late = [];
    this.#run(spanSource(spans, this.#owner.parts.encoder), spans.length * LATE_SPAN_BYTES);
  }

  get #hasRoom(): boolean {
    const here = this.#segment.byteCount + this.#late.length * LATE_SPAN_BYTES;
    return here + this.#queuedBytes < this.#settings.maxQueueBytes;
  }

  #run(source: ExportSource, spanBytes: number): void {
    const bytes = spanBytes + PAYLOAD_OVERHEAD_BYTES;
    const encoded = source.isSealed ? 1 : 0;
    this.#queuedBytes += bytes;
    this.#queuedEncoded += encoded;
    this.#owner.run(source, () => {
      this.#queuedBytes -= bytes;
      this.#queuedEncoded -= encoded;
    });
  }

  /** Arms the timer, unless an earlier span has done so. */
  #startTimer(): void {
    const { clock } = this.#owner.parts;
    const { scheduledDelayMillis } = this.#settings;
    this.#stopTimer ??= clock.scheduleInBackground(scheduledDelayMillis, () => this.seal());
  }

  #endTimer(): void {
    this.#stopTimer?.();
    this.#stopTimer = undefined;
  }

  /** Warns at once that spans are lost, and of their number once there is room again or all is exported. */
  #refuse(): void {
    const { ledger, diagnostics } = this.#owner.parts;
    ledger.take(1);
    ledger.dropped('queue_full', 1);
    if (this.#refused !== undefined) return void this.#refused.spans++;
    const limit = this.#limit;
    this.#refused = { spans: 1, limit }; // first, as a logger may have all exported
    const what = `queue_full: spans that end now are lost, because spans already fill ${limit}`;
    diagnostics.warn('refusing', what);
  }

  #endRefusing(): void {
    if (this.#refused === undefined) return;
    const { diagnostics } = this.#owner.parts;
    const { spans, limit } = this.#refused;
    this.#refused = undefined; // first, as a logger may end spans
    diagnostics.warnOfTotal('refused', spans, (total) => {
      return `queue_full: ${countOf(total, 'span')} lost, because spans already filled ${limit}`;
    });
  }

  get #limit(): string {
    return `\`maxQueueBytes\` (${this.#settings.maxQueueBytes} bytes), waiting for ${this.#awaited}`;
  }

  /** What has to come before there is room again. */
  get #awaited(): string {
    const { request, resourceWaits } = this.#owner.parts;
    const lacksAttributes = this.#late.length > 0 || resourceWaits.spans > 0;
    if (!lacksAttributes) return request;
    const attributes = 'attributes of their OTel resource';
    return this.#queuedEncoded === 0 ? attributes : `${request} or for ${attributes}`;
  }
}
