// Owns servers of node:http and node:https that answer every request with 200, until the test ends.

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { createServer } from 'node:https';
import { afterEach } from 'vitest';

export interface AnsweringServer {
  readonly port: number;
  /** The `Authorization` header of each request. */
  readonly authorizations: readonly (string | undefined)[];
}

const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** Made for these tests: valid for localhost, 127.0.0.1 and ::1, signed by itself. */
export function pem(name: 'key' | 'cert'): string {
  return readFileSync(new URL(`tls/${name}.pem`, import.meta.url), 'utf8');
}

/** HTTPS with the certificate of `pem`; clients may refuse it. */
export function tlsServer(): Server {
  const server = createServer({ key: pem('key'), cert: pem('cert') });
  return server.on('tlsClientError', () => undefined);
}

export async function openAnsweringServer(server: Server, host: string): Promise<AnsweringServer> {
  const authorizations: (string | undefined)[] = [];
  server.on('request', (request, response) => {
    authorizations.push(request.headers.authorization);
    request.resume().on('end', () => response.end('{}'));
  });
  servers.push(server);
  server.listen(0, host);
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening on TCP');
  return { port: address.port, authorizations };
}
