// Owns the code of the blocking sender's worker thread, as text because it runs where there may be no
// files. Uses Node's own HTTP client for the same reason.

/** An element of `statuses` is an HTTP status or one of these three. Here, the request has no connection yet. */
export const NO_OUTCOME = 0;
/** The request has a connection, or is opening one. */
export const STARTED = -2;
/** The request failed; its part of `codes` has the error's `code`, in ASCII padded with zeros. */
export const FAILED = -1;
/** Longer codes are cut. The longest for a certificate, `UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY`, has 34 bytes. */
export const MAX_CODE_BYTES = 64;

export const BLOCKING_SENDER_SOURCE: string = `'use strict';
const { requests, statuses, codes, isSecure, maxConnections, options } =
  require('node:worker_threads').workerData;
const { Agent, request } = require(isSecure ? 'node:https' : 'node:http');
const agent = new Agent({ keepAlive: true, maxSockets: maxConnections });

const isSettled = (index) => ![${NO_OUTCOME}, ${STARTED}].includes(statuses[index + 1]);

function settle(index, outcome) {
  if (isSettled(index)) return;
  Atomics.store(statuses, index + 1, outcome);
  Atomics.add(statuses, 0, 1);
  Atomics.notify(statuses, 0);
}

for (const [index, { headers, body }] of requests.entries()) {
  const length = { 'Content-Length': body.length };
  const sending = request({ ...options, agent, method: 'PUT', headers: { ...headers, ...length } });
  sending.on('socket', () => Atomics.store(statuses, index + 1, ${STARTED}));
  sending.on('response', (reply) => {
    settle(index, reply.statusCode);
    reply.resume();
  });
  sending.on('error', ({ code = '', errors }) => {
    if (isSettled(index)) return;
    // There are several if a host has several addresses.
    const text = String(errors?.[0]?.code ?? code).slice(0, ${MAX_CODE_BYTES});
    codes.set(Buffer.from(text, 'latin1'), index * ${MAX_CODE_BYTES});
    settle(index, ${FAILED});
  });
  sending.end(body);
}
`;
