// Owns bare TCP servers that do what no HTTP server would: accept and stay silent, cut connections,
// answer with given bytes. Closed after each test.

import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { afterEach } from 'vitest';

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
}

/** Hands each connection to `serve`. */
export async function openRawServer(serve: (socket: Socket) => void): Promise<RawServer> {
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
  const port = await listening(server);
  return {
    url: `http://127.0.0.1:${port}`,
    get open() {
      return own.size;
    },
    get accepted() {
      return accepted;
    },
    nextClose: () => new Promise((resolve) => void waiting.push(resolve)),
  };
}

/** A URL at which nobody listens. */
export async function refusedUrl(): Promise<string> {
  const server = createServer();
  const port = await listening(server);
  await closed(server);
  return `http://127.0.0.1:${port}`;
}

async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return portOf(server);
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening on TCP');
  return address.port;
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => void server.close(() => resolve()));
}
