// Owns cutting a payload in two between its chunks, for an Agent that finds it too large. Knows
// nothing of spans or requests.

import { MsgpackWriter } from './msgpack-writer.js';
import type { ChunkExtent, Payload } from './payload-builder.js';

/** Bytes before the first chunk: the header of an array of up to 2^32 chunks. */
const HEADER_BYTES = 5;

/** Two payloads of about the same size, in order; nothing, if there is only one chunk. */
export function splitPayload(payload: Payload): readonly Payload[] {
  const { body, chunks } = payload;
  if (chunks.length < 2) return [];
  const middle = (HEADER_BYTES + body.length) / 2;
  const after = chunks.findIndex(({ endByte }) => endByte > middle);
  const cut = Math.min(Math.max(after, 1), chunks.length - 1);
  return [partOf(payload, 0, cut), partOf(payload, cut, chunks.length)];
}

function partOf({ body, chunks }: Payload, from: number, to: number): Payload {
  const startByte = chunks[from - 1]?.endByte ?? HEADER_BYTES;
  const extents = chunks.slice(from, to).map(({ endByte, spanCount }) => ({
    endByte: endByte - startByte + HEADER_BYTES,
    spanCount,
  }));
  const endByte = startByte - HEADER_BYTES + (extents.at(-1)?.endByte ?? HEADER_BYTES);
  return {
    body: arrayOf(extents.length, body.subarray(startByte, endByte)),
    chunkCount: extents.length,
    spanCount: extents.reduce((sum: number, extent: ChunkExtent) => sum + extent.spanCount, 0),
    chunks: extents,
  };
}

function arrayOf(count: number, items: Uint8Array): Uint8Array {
  const writer = new MsgpackWriter(HEADER_BYTES + items.length);
  writer.fillCount(writer.openArray(), count);
  writer.bytes(items);
  return writer.copyFrom(0);
}
