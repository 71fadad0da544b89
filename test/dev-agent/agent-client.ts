// Owns the sending of requests to a development Agent in tests: node:http, over TCP or a Unix
// socket.

import { request as httpRequest, type Agent, type IncomingHttpHeaders } from 'node:http';

export interface ClientReply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

export interface ClientRequest {
  readonly method?: string;
  readonly path?: string;
  /** `undefined` leaves out one of the headers of a correct client. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly agent?: Agent;
}

/** Sends a payload with all headers of a correct client, and returns the reply. */
export function sendPayload(
  url: string,
  body: Uint8Array | readonly number[],
  options: ClientRequest = {},
): Promise<ClientReply> {
  const payload = Uint8Array.from(body);
  const headers = definedHeaders({
    'content-type': 'application/msgpack',
    'content-length': String(payload.byteLength),
    'datadog-meta-lang': 'nodejs',
    'datadog-meta-tracer-version': '1.2.3',
    'x-datadog-trace-count': '1',
    ...options.headers,
  });
  return exchange(url, payload, { method: 'PUT', ...options, headers });
}

export function get(url: string, path: string, options: ClientRequest = {}): Promise<ClientReply> {
  return exchange(url, new Uint8Array(), { ...options, method: 'GET', path });
}

function exchange(url: string, body: Uint8Array, options: ClientRequest): Promise<ClientReply> {
  return new Promise((resolve, reject) => {
    const { agent, method = 'GET', path = '/v0.4/traces' } = options;
    const request = httpRequest({
      ...addressOf(url),
      path,
      method,
      headers: definedHeaders(options.headers ?? {}),
      ...(agent !== undefined && { agent }),
    });
    request.on('error', reject);
    request.on('response', (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(parts).toString();
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
      });
    });
    request.end(body);
  });
}

function addressOf(url: string): { socketPath: string } | { host: string; port: string } {
  if (url.startsWith('unix://')) return { socketPath: url.slice('unix://'.length) };
  const { hostname, port } = new URL(url);
  return { host: hostname, port };
}

function definedHeaders(
  headers: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const defined: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) defined[name] = value;
  }
  return defined;
}
