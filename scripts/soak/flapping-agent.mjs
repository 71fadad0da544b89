// Owns an Agent that comes and goes, and the count of the spans that it has accepted, each told by its id.
// It is up, refuses connections, hangs or is overloaded; a restart and a refusal cut all connections.

import { once } from 'node:events';
import { createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { decode } from '@msgpack/msgpack';

/** The first of the 16 digits of a span id says whose it is, the others count. */
const LANE_SHIFT = 60n;
const INDEX_MASK = (1n << LANE_SHIFT) - 1n;
/** Highest count that is kept for one span; it fits a byte. */
const MOST_COUNTED = 255;

export class FlappingAgent {
  #server;
  #port = 0;
  #mode = 'up';
  /** Times that each span was accepted, by lane. */
  #arrivals = new Map();

  /** @param {number} mostSpans of one lane. */
  constructor(lanes, mostSpans) {
    for (const lane of lanes) this.#arrivals.set(lane, new Uint8Array(mostSpans + 1));
  }

  get url() {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** @returns times that span number 1, 2 and so on were accepted; number 0 is none. */
  arrivalsOf(lane) {
    return this.#arrivals.get(lane);
  }

  /** @param {'up' | 'refusing' | 'hanging' | 'overloaded' | 'restarted'} mode */
  async become(mode) {
    if (mode === 'refusing' || mode === 'restarted') await this.close();
    this.#mode = mode;
    if (mode !== 'refusing' && this.#server === undefined) await this.#listen();
  }

  async close() {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  }

  async #listen() {
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch(() => request.destroy()); // the connection is gone
    });
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = this.#server.address().port;
  }

  async #answer(request, response) {
    const body = await buffer(request);
    if (this.#mode === 'hanging') return;
    if (this.#mode === 'overloaded') {
      response.writeHead(503).end();
      return;
    }
    for (const chunk of decode(body, { useBigInt64: true }))
      chunk.forEach((span) => this.#count(span));
    response.end('{"rate_by_service":{"service:,env:":1}}');
  }

  #count({ span_id: id }) {
    const arrivals = this.#arrivals.get(Number(BigInt(id) >> LANE_SHIFT));
    const index = Number(BigInt(id) & INDEX_MASK);
    if (arrivals[index] < MOST_COUNTED) arrivals[index]++;
  }
}
