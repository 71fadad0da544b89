// Owns a peer that misbehaves as it was told: each request is answered by a script of steps, over TCP
// or a Unix socket. What reaches it whole is decoded as strictly as by the Agent.

import type { Socket } from 'node:net';
import type { ReceivedSpan } from '../../src/dev-agent/index.js';
import { decodeStrictly } from './encoding.js';
import { type RawServer, type RawServerOptions, openRawServer } from './raw-server.js';
import { SocketReader } from './socket-reader.js';

/** What the peer does next. Rejects when the connection is gone; then the script has ended. */
export type Step = (exchange: Exchange) => Promise<unknown> | void;

/** What becomes of one request. */
export type Script = readonly Step[];

/** One request on a connection. */
export interface Exchange {
  readonly socket: Socket;
  readonly reader: SocketReader;
  /** Takes note of a body that has arrived whole. */
  received(body: Uint8Array): void;
}

export interface FaultServer extends RawServer {
  /** Requests of which at least one byte arrived. */
  readonly requests: number;
  /** When each of them began, by `performance.now()`. */
  readonly startMillis: readonly number[];
  /** Of requests that arrived whole, in order. */
  readonly spans: readonly ReceivedSpan[];
  /** Scripts of the next requests, in order; the last one is for all that follow. */
  play(...scripts: readonly Script[]): void;
}

export interface FaultServerOptions extends RawServerOptions {
  readonly scripts: readonly Script[];
  /** Steps before a byte has been read, on connections in the order of their arrival; then none. */
  readonly onAccept?: readonly Script[];
}

export async function openFaultServer(options: FaultServerOptions): Promise<FaultServer> {
  const { scripts, onAccept = [], ...listening } = options;
  const bodies: Uint8Array[] = [];
  const startMillis: number[] = [];
  const greetings = [...onAccept];
  let playlist = [...scripts];
  const nextScript = (): Script => (playlist.length > 1 ? playlist.shift() : playlist[0]) ?? [];
  const serve = async (socket: Socket): Promise<void> => {
    const received = (body: Uint8Array): void => void bodies.push(body);
    const exchange: Exchange = { socket, reader: new SocketReader(socket), received };
    await run(greetings.shift() ?? [], exchange);
    while (socket.writable && (await exchange.reader.hasMore())) {
      startMillis.push(performance.now());
      await run(nextScript(), exchange);
    }
  };
  const server = await openRawServer((socket) => {
    serve(socket).catch(() => socket.destroy()); // the connection is gone
  }, listening);
  return extend(server, {
    requests: () => startMillis.length,
    startMillis: () => startMillis,
    spans: () => bodies.flatMap((body) => decodeStrictly(body).flat()),
    play: (...next) => {
      playlist = [...next];
    },
  });
}

async function run(script: Script, exchange: Exchange): Promise<void> {
  for (const step of script) await step(exchange);
}

interface Extension {
  requests(): number;
  startMillis(): readonly number[];
  spans(): readonly ReceivedSpan[];
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
    get spans() {
      return extension.spans();
    },
    play: (...scripts) => extension.play(...scripts),
  };
}
