// Owns the arrival of a request's body, up to the limit of the Agent. Knows nothing of its
// content.

import type { IncomingMessage } from 'node:http';
import { MAX_REQUEST_BYTES } from './agent-limits.js';

/** How the arrival of a body ended. */
type BodyArrival =
  | { readonly outcome: 'complete'; readonly body: Uint8Array }
  | { readonly outcome: 'too-large'; readonly bodyBytes: number }
  | { readonly outcome: 'aborted' };

/**
 * How much is read in all, beyond the limit only so that the client gets to see the reply: a reply
 * that comes while the client still writes is mostly lost to a connection reset.
 */
const MAX_READ_BYTES = 2 * MAX_REQUEST_BYTES;

export function readBody(request: IncomingMessage): Promise<BodyArrival> {
  return new Promise((resolve) => {
    const parts: Buffer[] = [];
    let bodyBytes = 0;
    request.on('data', (part: Buffer) => {
      bodyBytes += part.byteLength;
      if (bodyBytes < MAX_REQUEST_BYTES) parts.push(part);
      else parts.length = 0;
      if (bodyBytes >= MAX_READ_BYTES) resolve({ outcome: 'too-large', bodyBytes });
    });
    request.on('end', () => {
      if (bodyBytes >= MAX_REQUEST_BYTES) resolve({ outcome: 'too-large', bodyBytes });
      else resolve({ outcome: 'complete', body: join(parts) });
    });
    request.on('error', () => resolve({ outcome: 'aborted' }));
    request.on('close', () => resolve({ outcome: 'aborted' }));
  });
}

function join(parts: readonly Buffer[]): Uint8Array {
  const body = Buffer.concat(parts);
  return new Uint8Array(body.buffer, body.byteOffset, body.byteLength);
}
