// Owns the requests to the shop: which ones, and how many until every worker has answered.

import { request } from 'node:http';

const PLAN = [
  { method: 'GET', path: '/health' },
  ...[1, 2, 3, 4, 5, 6, 7, 8].map((id) => ({ method: 'GET', path: `/orders/${id}` })),
  { method: 'POST', path: '/orders/7/payment' },
  { method: 'GET', path: '/health' },
  { method: 'POST', path: '/orders/13/payment', expected: 500 },
];
const MAX_REQUESTS = 100;

/** Returns how many requests were sent. */
export async function sendRequests(port, workers) {
  const seen = new Set();
  for (let sent = 0; sent < MAX_REQUESTS; sent += 1) {
    if (sent >= PLAN.length && seen.size === workers) return sent;
    const { expected = 200, ...target } = PLAN[sent % PLAN.length];
    const { status, worker } = await send({ host: '127.0.0.1', port, ...target });
    if (status !== expected) throw new Error(`${target.path} answered ${status}`);
    seen.add(worker);
  }
  throw new Error(`only ${seen.size} of ${workers} workers answered ${MAX_REQUESTS} requests`);
}

/** Sends a request on a connection of its own: the cluster distributes connections, not requests. */
function send(options) {
  return new Promise((resolve, reject) => {
    const outgoing = request({ ...options, agent: false });
    outgoing.once('error', reject);
    outgoing.once('response', (response) => {
      response.once('error', reject);
      response.once('end', () => {
        resolve({ status: response.statusCode, worker: response.headers['x-worker'] });
      });
      response.resume();
    });
    outgoing.end();
  });
}
