// Owns a peer that misbehaves as it was told: each request is answered by a script of steps, over TCP
// or a Unix socket. What reaches it whole is kept.

import type { Socket } from 'node:net';
import { afterEach } from 'vitest';
import type { ReceivedSpan } from '../../src/dev-agent/index.js';
import { Arrivals } from './arrivals.js';
import { type RawServer, type RawServerOptions, openRawServer } from './raw-server.js';
import { SocketReader } from './socket-reader.js';
import { wallMillis } from './wall-time.js';

/** What the peer does next. Rejects when the connection is gone; then the script has ended. */
export type Step = (exchange: Exchange) => Promise<unknown> | void;

/** What becomes of one request. */
export type Script = readonly Step[];

/** One request on a connection. */
export interface Exchange {
  readonly socket: Socket;
  readonly reader: SocketReader;
  /** Takes note of a request that has arrived whole. */
  received(head: string, body: Uint8Array): void;
  /** Takes note of the status that it is answered with. */
  answered(status: number): void;
}

export interface FaultServer extends RawServer {
  /** Requests of which at least one byte arrived. */
  readonly requests: number;
  /** When each of them began, by `performance.now()`. */
  readonly startMillis: readonly number[];
  /** The same by `wallMillis()`. */
  readonly startWallMillis: readonly number[];
  /** Of requests that arrived whole, in order. */
  readonly spans: readonly ReceivedSpan[];
  /** The heads of those requests. */
  readonly heads: readonly string[];
  /** The sizes of their bodies. */
  readonly bodyBytes: readonly number[];
  /** Scripts of the next requests, in order; the last one is for all that follow. */
  play(...scripts: readonly Script[]): void;
}

export interface FaultServerOptions extends RawServerOptions {
  readonly scripts: readonly Script[];
  /** Steps before a byte has been read, on connections in the order of their arrival; then none. */
  readonly onAccept?: readonly Script[];
}

const opened: Arrivals[] = [];

/**
 * Looks at what has reached these servers, after each test of the file that calls it: not for tests that
 * send what is no payload, or the same span twice.
 */
export function checkArrivals(): void {
  afterEach(() => {
    for (const arrivals of opened.splice(0)) arrivals.assertFaultless();
  });
}

export async function openFaultServer(options: FaultServerOptions): Promise<FaultServer> {
  const { scripts, onAccept = [], ...listening } = options;
  const arrivals = new Arrivals();
  opened.push(arrivals);
  const startMillis: number[] = [];
  const startWallMillis: number[] = [];
  const greetings = [...onAccept];
  let playlist = [...scripts];
  const nextScript = (): Script => (playlist.length > 1 ? playlist.shift() : playlist[0]) ?? [];
  const serve = async (socket: Socket): Promise<void> => {
    const exchange = exchangeOn(socket, arrivals);
    await run(greetings.shift() ?? [], exchange);
    while (socket.writable && (await exchange.reader.hasMore())) {
      startMillis.push(performance.now());
      startWallMillis.push(wallMillis());
      await run(nextScript(), exchange);
    }
  };
  const server = await openRawServer((socket) => {
    serve(socket).catch(() => socket.destroy()); // the connection is gone
  }, listening);
  return extend(server, {
    requests: () => startMillis.length,
    startMillis: () => startMillis,
    startWallMillis: () => startWallMillis,
    arrivals,
    play: (...next) => {
      playlist = [...next];
    },
  });
}

function exchangeOn(socket: Socket, arrivals: Arrivals): Exchange {
  let answered: (status: number) => void = () => undefined;
  return {
    socket,
    reader: new SocketReader(socket),
    received: (head, body) => {
      answered = arrivals.add(head, body);
    },
    answered: (status) => answered(status),
  };
}

async function run(script: Script, exchange: Exchange): Promise<void> {
  for (const step of script) await step(exchange);
}

interface Extension {
  requests(): number;
  startMillis(): readonly number[];
  startWallMillis(): readonly number[];
  readonly arrivals: Arrivals;
  play(...scripts: readonly Script[]): void;
}

function extend(server: RawServer, extension: Extension): FaultServer {
  return {
    url: server.url,
    get open() {
      return server.open;
    },
    get accepted() {
      return server.accepted;
    },
    nextClose: () => server.nextClose(),
    thaw: () => server.thaw(),
    close: () => server.close(),
    get requests() {
      return extension.requests();
    },
    get startMillis() {
      return extension.startMillis();
    },
    get startWallMillis() {
      return extension.startWallMillis();
    },
    get spans() {
      return extension.arrivals.spans;
    },
    get heads() {
      return extension.arrivals.heads;
    },
    get bodyBytes() {
      return extension.arrivals.bodyBytes;
    },
    play: (...scripts) => extension.play(...scripts),
  };
}
