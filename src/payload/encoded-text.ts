// Owns the MessagePack form of what is written often, made once and copied from then on. Knows nothing of
// which texts are.

import { UNLIMITED } from './limits.js';
import { type Constant, MsgpackWriter } from './msgpack-writer.js';
import { WORD_BYTES } from './patchable-buffer.js';

/** A longer constant is copied faster as bytes. */
const MAX_WORDS = 8;

const FIRST_BYTES = 1_024;
/** One that has held more than this is not kept. */
const MAX_SCRATCH_BYTES = 65_536;

let scratch = new MsgpackWriter(FIRST_BYTES);

/** `text` as a MessagePack string of at most `maxBytes` of content. */
export function encodedText(text: string, maxBytes: number = UNLIMITED): Uint8Array {
  return written((writer) => writer.text(text, maxBytes));
}

/** Texts as MessagePack strings, one after another. */
export function encodedTexts(texts: readonly string[]): Uint8Array {
  return written((writer) => {
    for (const text of texts) writer.text(text, UNLIMITED);
  });
}

/** Keys and texts of at most `maxBytes` of content as MessagePack strings, one after another, behind `head`. */
export function encodedEntries(
  texts: ReadonlyMap<{ readonly key: Constant }, string>,
  maxBytes: number,
  head: Uint8Array,
): Uint8Array {
  return written((writer) => {
    writer.bytes(head);
    for (const [{ key }, text] of texts) writer.entry(key, text, maxBytes);
  });
}

/**
 * MessagePack strings, one after another, as a constant. Only strings: a short constant is copied in words,
 * as which other bytes might be taken for one of the many forms of NaN and come out as another one.
 */
export function constantOf(strings: Uint8Array): Constant {
  const isShort = strings.length <= MAX_WORDS * WORD_BYTES;
  return { bytes: strings, size: strings.length, words: isShort ? wordsOf(strings) : undefined };
}

/** A constant that is written once or twice: making words of it would take longer. */
export function passingConstant(strings: Uint8Array): Constant {
  return { bytes: strings, size: strings.length, words: undefined };
}

export function passingText(text: string): Constant {
  return passingConstant(encodedText(text));
}

export function constantText(text: string): Constant {
  return constantOf(encodedText(text));
}

function wordsOf(bytes: Uint8Array): Float64Array {
  const words = new Float64Array(Math.ceil(bytes.length / WORD_BYTES));
  // Not by way of `words.buffer`: V8 moves the content out of a short array that is asked for its buffer.
  const padded = new DataView(new ArrayBuffer(words.length * WORD_BYTES));
  for (const [at, byte] of bytes.entries()) padded.setUint8(at, byte);
  for (const word of words.keys()) words[word] = padded.getFloat64(word * WORD_BYTES, true);
  return words;
}

function written(write: (writer: MsgpackWriter) => void): Uint8Array {
  scratch.rewind(0);
  try {
    write(scratch);
    return scratch.copyFrom(0);
  } finally {
    if (scratch.position > MAX_SCRATCH_BYTES) scratch = new MsgpackWriter(FIRST_BYTES);
  }
}
