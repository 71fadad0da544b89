// Owns what the worker thread of the blocking sender does, as text: it is run where there may be no
// files. Uses Node's own client, for the same reason.

/** Elements of the shared array that hold no HTTP status. */
export const NO_OUTCOME = 0;
export const CONNECT_FAILED = -1;
const SOCKET_FAILED = -2;

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
  sending.on('error', ({ syscall }) => {
    settle(index, syscall === 'connect' ? ${CONNECT_FAILED} : ${SOCKET_FAILED});
  });
  sending.end(body);
}
`;
