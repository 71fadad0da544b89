// Owns constant strings in their MessagePack form, made once and copied from then on.

import { MsgpackWriter } from './msgpack-writer.js';

/** `text` as a MessagePack string of at most `maxBytes` of content. */
export function encodedText(text: string, maxBytes = 0xffff_ffff): Uint8Array {
  const writer = new MsgpackWriter(Math.min(text.length, maxBytes) * 3 + 16);
  writer.text(text, maxBytes);
  return writer.copyFrom(0);
}
