// Owns the HTTP server of one listener: its timeouts, its address and its end. Knows nothing of
// the requests.

import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { READ_TIMEOUT_MILLIS } from './agent-limits.js';
import type { RequestHandler } from './request-handler.js';
import { removeStaleSocket } from './unix-socket-file.js';

/** How often Node looks for requests that exceeded their timeout. */
const TIMEOUT_CHECK_MILLIS = 500;

export async function listenOnTcp(port: number, handler: RequestHandler): Promise<Server> {
  const server = createAgentServer(handler);
  server.listen({ port, host: '127.0.0.1' });
  return listening(server);
}

export async function listenOnUnixSocket(
  socketPath: string,
  handler: RequestHandler,
): Promise<Server> {
  await removeStaleSocket(socketPath);
  const server = createAgentServer(handler);
  server.listen({ path: socketPath });
  return listening(server);
}

async function listening(server: Server): Promise<Server> {
  await once(server, 'listening');
  // From now on, errors are failures to accept a connection, which only that client should notice.
  server.on('error', () => undefined);
  return server;
}

/** The port of a server that listens on TCP. */
export function portOf(server: Server): number | undefined {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : undefined;
}

/** Stops listening and cuts all connections, also those with a request on them. */
export async function closeServer(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}

function createAgentServer(handler: RequestHandler): Server {
  const timeouts = {
    keepAliveTimeout: READ_TIMEOUT_MILLIS,
    headersTimeout: READ_TIMEOUT_MILLIS,
    requestTimeout: READ_TIMEOUT_MILLIS,
    connectionsCheckingInterval: TIMEOUT_CHECK_MILLIS,
  };
  return createServer(timeouts, handler);
}
