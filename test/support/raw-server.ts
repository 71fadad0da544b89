// Owns bare servers on TCP and Unix sockets that do what no HTTP server would: accept and stay silent,
// cut connections, answer with given bytes. Closed after each test.

import { once } from 'node:events';
import { linkSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { afterEach } from 'vitest';
import { type Listening, temporarySocketPath } from './scripted-agent.js';

const servers: Server[] = [];
const sockets = new Set<Socket>();

afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  sockets.clear();
  await Promise.all(servers.splice(0).map((server) => closed(server)));
});

export interface RawServer {
  readonly url: string;
  /** Connections that are open now. */
  readonly open: number;
  /** Connections that were ever accepted. */
  readonly accepted: number;
  /** Resolves when a connection has closed. */
  nextClose(): Promise<void>;
  /** Reads what was left unread, without which a closed connection goes unnoticed. */
  thaw(): void;
  /** Stops listening and cuts all connections. */
  close(): Promise<void>;
}

export interface RawServerOptions {
  /** @default 'tcp' */
  readonly over?: Listening;
  /** Where to listen over a Unix socket. @default a path of its own */
  readonly socketPath?: string;
  /** Where to listen over TCP. @default a free port */
  readonly port?: number;
}

/** Hands each connection to `serve`. */
export async function openRawServer(
  serve: (socket: Socket) => void,
  { over = 'tcp', socketPath = temporarySocketPath(), port = 0 }: RawServerOptions = {},
): Promise<RawServer> {
  const own = new Set<Socket>();
  const waiting: (() => void)[] = [];
  let accepted = 0;
  const server = createServer((socket) => {
    accepted++;
    own.add(socket);
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => {
      own.delete(socket);
      for (const resume of waiting.splice(0)) resume();
    });
    serve(socket);
  });
  servers.push(server);
  const url = await listening(server, over === 'unix' ? socketPath : port);
  return {
    url,
    get open() {
      return own.size;
    },
    get accepted() {
      return accepted;
    },
    nextClose: () => new Promise((resolve) => void waiting.push(resolve)),
    thaw: () => {
      for (const socket of own) socket.resume();
    },
    close: () => {
      for (const socket of own) socket.destroy();
      return closed(server);
    },
  };
}

/** A URL at which nobody listens: a closed port, or a socket file that was left behind. */
export async function refusedUrl(over: Listening = 'tcp'): Promise<string> {
  const server = createServer();
  const path = temporarySocketPath();
  const url = await listening(server, over === 'unix' ? path : 0);
  if (over === 'unix') linkSync(path, `${path}.left`); // Node removes the file that it made
  await closed(server);
  return over === 'unix' ? `${url}.left` : url;
}

/** Listens at the path of a Unix socket or on a port, 0 for any that is free. */
async function listening(server: Server, at: string | number): Promise<string> {
  if (typeof at === 'number') server.listen(at, '127.0.0.1');
  else server.listen(at);
  await once(server, 'listening');
  const address = server.address();
  if (address === null) throw new Error('not listening');
  return typeof address === 'string' ? `unix://${address}` : `http://127.0.0.1:${address.port}`;
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => void server.close(() => resolve()));
}
