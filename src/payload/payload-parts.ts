// Owns cutting a payload in two between its chunks, for an Agent that finds it too large. Knows nothing
// of spans or requests.

import { MsgpackWriter } from './msgpack-writer.js';
import type { Payload } from './payload-builder.js';

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
  const endByte = chunks[to - 1]?.endByte ?? startByte;
  const own = chunks.slice(from, to).map((chunk) => ({
    endByte: chunk.endByte - startByte + HEADER_BYTES,
    spanCount: chunk.spanCount,
  }));
  const header = new MsgpackWriter(HEADER_BYTES);
  header.fillCount(header.openArray(), own.length);
  return {
    body: Buffer.concat([header.copyFrom(0), body.subarray(startByte, endByte)]),
    chunkCount: own.length,
    spanCount: own.reduce((sum, { spanCount }) => sum + spanCount, 0),
    chunks: own,
    recycle: () => undefined, // the parts have memory of their own
  };
}
