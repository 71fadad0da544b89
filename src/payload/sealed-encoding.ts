// Owns a ready payload, in the form of an encoding that has nothing left to encode. Knows nothing of spans.

import type { Payload } from './payload-builder.js';
import { noLosses } from './span-loss.js';
import type { EncodedPart } from './payload-series.js';
import type { SpanEncoding } from './v04-encoding.js';

const NOTHING: EncodedPart = { payloads: [], dropped: noLosses() };

export class SealedEncoding implements SpanEncoding {
  #payloads: readonly Payload[];
  readonly openBytes = 0;

  constructor(payload: Payload) {
    this.#payloads = [payload];
  }

  get isDone(): boolean {
    return this.#payloads.length === 0;
  }

  get hasBegun(): boolean {
    return this.isDone;
  }

  advance(): EncodedPart {
    const payloads = this.#payloads;
    this.#payloads = [];
    return { ...NOTHING, payloads };
  }

  completeOpen(): EncodedPart {
    return this.advance();
  }

  keepRest(): void {
    // Bytes do not change.
  }
}
