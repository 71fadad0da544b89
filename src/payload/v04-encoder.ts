// Owns what encoding in the v0.4 form reuses from batch to batch: one writer, and what was learnt of keys
// and OTel resources. How far a batch has come is the business of `V04Encoding`.

import type { ReadableSpan } from '../sdk-contract.js';
import { MsgpackWriter } from './msgpack-writer.js';
import { type MappingSettings, SpanWriter } from './span-writer.js';
import { type EncodingTools, V04Encoding } from './v04-encoding.js';

export class V04Encoder {
  readonly #settings: MappingSettings;
  readonly #tools: EncodingTools;

  constructor(settings: MappingSettings, maxPayloadBytes: number) {
    const writer = new MsgpackWriter();
    const spans = new SpanWriter(writer, settings);
    this.#settings = settings;
    this.#tools = { writer, spans, maxPayloadBytes, isWriting: false };
  }

  /** Takes a batch; nothing is encoded before `advance`. Several may be under way at once. */
  begin(spans: readonly ReadableSpan[]): V04Encoding {
    // A getter of a span may call export(); the bytes of the outer call must not be disturbed.
    const { isWriting, maxPayloadBytes } = this.#tools;
    if (isWriting) return new V04Encoder(this.#settings, maxPayloadBytes).begin(spans);
    this.#tools.spans.beginBatch();
    return new V04Encoding(spans, this.#tools);
  }
}
