// Owns the part of a span that has the same size in every span: identity, time and the error flag,
// up to where its `meta` begins. Written by copying a template and filling in the values.

import { SpanStatusCode } from '@opentelemetry/api';
import { encodedText } from './encoded-text.js';
import type { Id64 } from './identifiers.js';
import type { MsgpackWriter } from './msgpack-writer.js';
import type { ChunkSpan } from './trace-chunks.js';

const UINT64 = 0xcf;
const INT64 = 0xd3;
const FIXMAP = 0x80;
/** trace_id, span_id, parent_id, start, duration, error, meta, metrics, service, name, resource, type */
const FIELDS = 12;

const MAX_INT64 = 2n ** 63n - 1n;
const NANOS_PER_SECOND = 1_000_000_000n;
const NO_PARENT: Id64 = { high: 0, low: 0 };

export class SpanHeader {
  readonly #parts: Uint8Array[] = [];
  #length = 0;
  readonly #template: Uint8Array;
  readonly #traceIdAt: number;
  readonly #spanIdAt: number;
  readonly #parentIdAt: number;
  readonly #startAt: number;
  readonly #durationAt: number;
  readonly #errorAt: number;

  constructor() {
    this.#append(Uint8Array.of(FIXMAP | FIELDS));
    this.#traceIdAt = this.#field64('trace_id', UINT64);
    this.#spanIdAt = this.#field64('span_id', UINT64);
    this.#parentIdAt = this.#field64('parent_id', UINT64);
    this.#startAt = this.#field64('start', INT64);
    this.#durationAt = this.#field64('duration', INT64);
    this.#append(encodedText('error'));
    this.#errorAt = this.#append(Uint8Array.of(0));
    this.#append(encodedText('meta'));
    this.#template = Buffer.concat(this.#parts);
  }

  /** Writes all fields up to and including the key `meta`. `extraFields` follow the fixed ones. */
  write(
    writer: MsgpackWriter,
    { span, status, traceIdLow64, spanId, parentId }: ChunkSpan,
    extraFields: number,
  ): void {
    const at = writer.position;
    const start = unixNanos(span.startTime);
    const end = unixNanos(span.endTime);
    writer.bytes(this.#template);
    if (extraFields > 0) writer.patchByte(at, FIXMAP | (FIELDS + extraFields));
    writer.patchId(at + this.#traceIdAt, traceIdLow64);
    writer.patchId(at + this.#spanIdAt, spanId);
    writer.patchId(at + this.#parentIdAt, parentId ?? NO_PARENT);
    writer.patchInt64(at + this.#startAt, start);
    writer.patchInt64(at + this.#durationAt, end > start ? end - start : 0n);
    if (status.code === SpanStatusCode.ERROR) writer.patchByte(at + this.#errorAt, 1);
  }

  #field64(key: string, wireType: number): number {
    this.#append(encodedText(key));
    this.#append(Uint8Array.of(wireType));
    return this.#append(new Uint8Array(8));
  }

  #append(bytes: Uint8Array): number {
    this.#parts.push(bytes);
    this.#length += bytes.length;
    return this.#length - bytes.length;
  }
}

/** `[seconds, nanoseconds]` as an int64; the SDK may leave a fraction in the nanoseconds. */
export function unixNanos(time: readonly [number, number]): bigint {
  const nanos = BigInt(Math.trunc(time[0])) * NANOS_PER_SECOND + BigInt(Math.trunc(time[1]));
  if (nanos > MAX_INT64) return MAX_INT64;
  return nanos < 0n ? 0n : nanos; // before 1970 the Agent would say that it is now
}
