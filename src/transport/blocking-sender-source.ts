// Owns what the worker thread of the blocking sender does, as text: it is run where there may be no
// files. Uses Node's own client, for the same reason.

/** An element of the shared array holds an HTTP status, an `errno` of Node, which is below 0, or this. */
export const NO_OUTCOME = 0;
/** Stands for an error without `errno`, such as the end of a connection before the answer. */
export const NO_ERRNO = -1_000_000;

export const BLOCKING_SENDER_SOURCE: string = `'use strict';
const { requests, statuses, isSecure, maxConnections, options } =
  require('node:worker_threads').workerData;
const { Agent, request } = require(isSecure ? 'node:https' : 'node:http');
const agent = new Agent({ keepAlive: true, maxSockets: maxConnections });

function settle(index, outcome) {
  if (Atomics.compareExchange(statuses, index + 1, ${NO_OUTCOME}, outcome) !== ${NO_OUTCOME}) return;
  Atomics.add(statuses, 0, 1);
  Atomics.notify(statuses, 0);
}

for (const [index, { headers, body }] of requests.entries()) {
  const length = { 'Content-Length': body.length };
  const sending = request({ ...options, agent, method: 'PUT', headers: { ...headers, ...length } });
  sending.on('response', (reply) => {
    settle(index, reply.statusCode);
    reply.resume();
  });
  sending.on('error', ({ errno, errors }) => {
    // There are several if a host has several addresses.
    settle(index, errno ?? errors?.[0]?.errno ?? ${NO_ERRNO});
  });
  sending.end(body);
}
`;
