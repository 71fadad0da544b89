// Owns what the worker thread of the blocking sender does, as text: it is run where there may be no
// files. Uses Node's own client, for the same reason.

/** An element of `statuses` holds an HTTP status, or one of these: this, while the request waits for others. */
export const NO_OUTCOME = 0;
/** It has a connection, or is making one. */
export const STARTED = -2;
/** Then the `code` of the error stands in its part of `codes`, in ASCII with zeros behind. */
export const FAILED = -1;
/** Longer ones are cut. Of those of a certificate, `UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY` is the longest with 34. */
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
