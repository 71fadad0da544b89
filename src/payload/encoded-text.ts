// Owns what is written often in its MessagePack form, made once and copied from then on.

import { type Constant, MsgpackWriter } from './msgpack-writer.js';

const scratch = new MsgpackWriter(1_024);

/** `text` as a MessagePack string of at most `maxBytes` of content. */
export function encodedText(text: string, maxBytes = 0x3fff_ffff): Uint8Array {
  scratch.rewind(0);
  scratch.text(text, maxBytes);
  return scratch.copyFrom(0);
}

/**
 * MessagePack strings, one after another, as a constant. Only strings: in words, as which they are
 * copied, other bytes might be taken for one of the many forms of NaN and come out as another one.
 */
export function constantOf(strings: Uint8Array): Constant {
  const padded = new Uint8Array(Math.ceil(strings.length / 8) * 8);
  padded.set(strings);
  const view = new DataView(padded.buffer);
  const words = new Float64Array(padded.length / 8);
  for (const word of words.keys()) words[word] = view.getFloat64(word * 8, true);
  return { bytes: strings, words };
}

/** The same for a text that is written once or twice: making words of it would take longer. */
export function passingText(text: string): Constant {
  return { bytes: encodedText(text), words: undefined };
}

export function constantText(text: string): Constant {
  return constantOf(encodedText(text));
}
