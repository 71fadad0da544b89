// Owns the part of a span that has the same size in every span: identity, time and the error flag,
// and the beginning of its `meta`. A template contains it with what spans of a kind have in common; the
// values of a single span are filled in here. Knows of no tag but the trace id, which is the first in `meta`.

import { encodedText } from './encoded-text.js';
import { type Id64, parseSpanId } from './identifiers.js';
import type { MsgpackWriter } from './msgpack-writer.js';
import { WORD_BYTES } from './patchable-buffer.js';
import { durationNanos, unixNanos } from './unix-nanos.js';

const UINT64 = 0xcf;
const INT64 = 0xd3;
const MAP32 = 0xdf;
const STR8 = 0xd9;
const FIXMAP = 0x80;
/** trace_id, span_id, parent_id, start, duration, error, meta, metrics, service, name, resource, type */
const FIELDS = 12;
const TRACE_ID_CHARACTERS = 32;
const NANOS_PER_SECOND = 1_000_000_000;
const LIMIT_32 = 0x1_0000_0000;
const NO_ID: Id64 = { high: 0, low: 0 };

/** The trace that a span belongs to. */
export interface TraceIdentity {
  /** 32 hexadecimal digits. */
  readonly traceIdHex: string;
  readonly traceIdLow64: Id64;
}

type Time = readonly [number, number];

/** A header under construction: bytes one after another. */
class HeaderBytes {
  readonly #parts: Uint8Array[] = [];
  #length = 0;

  /** Returns where the bytes begin. */
  append(bytes: Uint8Array): number {
    this.#parts.push(bytes);
    this.#length += bytes.length;
    return this.#length - bytes.length;
  }

  /** Appends a key and room for its value; returns where the value goes. */
  field64(key: string, wireType: number): number {
    this.append(encodedText(key));
    this.append(Uint8Array.of(wireType));
    return this.append(new Uint8Array(8));
  }

  concat(): Uint8Array {
    return Buffer.concat(this.#parts);
  }
}

const header = new HeaderBytes();
header.append(Uint8Array.of(FIXMAP | FIELDS));
const TRACE_ID_AT = header.field64('trace_id', UINT64);
const SPAN_ID_AT = header.field64('span_id', UINT64);
const PARENT_ID_AT = header.field64('parent_id', UINT64);
const START_AT = header.field64('start', INT64);
const DURATION_AT = header.field64('duration', INT64);
header.append(encodedText('error'));
const ERROR_AT = header.append(Uint8Array.of(0));
header.append(encodedText('meta'));
/** Where the number of entries of `meta` goes, from the beginning of a span. */
export const META_COUNT_AT: number = header.append(Uint8Array.of(MAP32, 0, 0, 0, 0)) + 1;
header.append(encodedText('otel.trace_id'));
header.append(Uint8Array.of(STR8, TRACE_ID_CHARACTERS));
/** Where the text of the trace id stands, from the beginning of a span. */
export const TRACE_ID_TEXT_AT: number = header.append(new Uint8Array(TRACE_ID_CHARACTERS));
const HEADER = header.concat();
const ERROR_HEADER = Uint8Array.from(HEADER);
ERROR_HEADER[ERROR_AT] = 1;

/** The header of a span without its values, up to and including its first tag, the trace id. To be copied. */
export function emptyHeader(isError: boolean): Uint8Array {
  return isError ? ERROR_HEADER : HEADER;
}

/**
 * Fills in the values of spans. The trace id and the parent id are not converted from text again where they
 * are the same as in the span before, as they often are.
 */
export class SpanHeader {
  readonly #writer: MsgpackWriter;
  #traceIdHex: string | undefined;
  readonly #traceIdText = new Float64Array(TRACE_ID_CHARACTERS / WORD_BYTES);
  #parentIdHex: string | undefined;
  #parentId: Id64 = NO_ID;

  constructor(writer: MsgpackWriter) {
    this.#writer = writer;
  }

  fillTrace(at: number, { traceIdHex, traceIdLow64 }: TraceIdentity): void {
    const writer = this.#writer;
    writer.patchId(at + TRACE_ID_AT, traceIdLow64);
    if (traceIdHex === this.#traceIdHex) {
      return writer.patchWords(at + TRACE_ID_TEXT_AT, this.#traceIdText);
    }
    writer.patchAscii(at + TRACE_ID_TEXT_AT, traceIdHex, this.#traceIdText);
    this.#traceIdHex = traceIdHex;
  }

  /** Fills in the ids; false if the Agent would refuse the span because of its own id. */
  fillIds(at: number, spanIdHex: unknown, parentIdHex: unknown): boolean {
    const writer = this.#writer;
    if (typeof spanIdHex !== 'string') return false;
    if (!writer.patchHex64(at + SPAN_ID_AT, spanIdHex)) return false;
    // A span that names itself as its parent is a root, as in the Agent.
    if (typeof parentIdHex !== 'string' || parentIdHex === spanIdHex) return true;
    if (parentIdHex !== this.#parentIdHex) {
      this.#parentId = parseSpanId(parentIdHex) ?? NO_ID;
      this.#parentIdHex = parentIdHex;
    }
    writer.patchId(at + PARENT_ID_AT, this.#parentId);
    return true;
  }
}

export function fillTimes(writer: MsgpackWriter, at: number, start: Time, end: Time): void {
  const seconds = Math.trunc(start[0]);
  const nanos = Math.trunc(start[1]);
  const duration = (Math.trunc(end[0]) - seconds) * NANOS_PER_SECOND + (Math.trunc(end[1]) - nanos);
  const isUsual = seconds >= 0 && seconds < LIMIT_32 && nanos >= 0 && nanos < NANOS_PER_SECOND;
  if (!isUsual || !Number.isSafeInteger(duration)) return fillAnyTimes(writer, at, start, end);
  const low = (Math.imul(seconds, NANOS_PER_SECOND) + nanos) >>> 0;
  // As a double the start is wrong by less than 256, which is lost in rounding after the division by 2^32.
  const high = Math.round((seconds * NANOS_PER_SECOND + nanos - low) / LIMIT_32);
  writer.patchHalves(at + START_AT, high, low);
  const positive = Math.max(duration, 0);
  writer.patchHalves(at + DURATION_AT, Math.floor(positive / LIMIT_32), positive >>> 0);
}

function fillAnyTimes(writer: MsgpackWriter, at: number, start: Time, end: Time): void {
  writer.patchInt64(at + START_AT, unixNanos(start));
  writer.patchInt64(at + DURATION_AT, durationNanos(start, end));
}

/** Makes the header of the span count `extra` fields more than the fixed ones. */
export function addFields(writer: MsgpackWriter, at: number, extra: number): void {
  writer.patchByte(at, FIXMAP | (FIELDS + extra));
}
