// Owns the ways to send a body to the Agent and wait for the answer. Only the one that is measured is loaded.

import { rawClient } from '../sinks/raw-client.mjs';

const PATH = '/v0.4/traces';
const HEADERS = { 'content-type': 'application/msgpack', 'x-datadog-trace-count': '40' };
const CHUNKS = 40;

/** By name: makes a function that sends once. `socketPath` is given for a Unix socket, else `port`. */
export const CLIENTS = {
  'raw socket': async ({ port, socketPath }, body) => {
    const where = socketPath === undefined ? { port, host: '127.0.0.1' } : { path: socketPath };
    const client = await rawClient(where, body);
    return () => new Promise((resolve) => client.send(resolve));
  },
  ours: async ({ url }, body) => {
    const { AgentConnection, parseAgentUrl, requestHeaders, systemClock, tokenFor } =
      await import('../dist/internals.mjs');
    const connection = new AgentConnection({
      target: parseAgentUrl(url),
      clock: systemClock,
      connectTimeoutMillis: 1_000,
      ca: undefined,
      rejectUnauthorized: true,
      requireFrom: undefined,
      headersOf: requestHeaders({
        tracerVersion: '0.0.0',
        entityId: undefined,
        containerId: undefined,
        externalEnv: undefined,
        authorization: undefined,
        extra: {},
        ratesVersion: () => '0',
      }),
    });
    const request = { body, chunkCount: CHUNKS };
    const onStep = () => undefined;
    return async () => {
      const { kind } = await connection.send(request, tokenFor(connection).signal, onStep);
      if (kind !== 'accepted') throw new Error(`what was sent came to ${kind}`);
    };
  },
  'node:http': async ({ port, socketPath }, body) => {
    const { Agent, request } = await import('node:http');
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const where = socketPath === undefined ? { port, host: '127.0.0.1' } : { socketPath };
    const headers = { ...HEADERS, 'content-length': body.length };
    const options = { ...where, agent, path: PATH, method: 'PUT', headers };
    return () =>
      new Promise((resolve, reject) => {
        const sent = request(options, (response) => response.resume().once('end', resolve));
        sent.once('error', reject);
        sent.end(body);
      });
  },
  'undici request': async (sink, body) => {
    const client = await undiciClient(sink);
    const options = { path: PATH, method: 'PUT', headers: HEADERS, body };
    return async () => (await client.request(options)).body.dump();
  },
  'undici dispatch': async (sink, body) => {
    const client = await undiciClient(sink);
    const options = { path: PATH, method: 'PUT', headers: HEADERS, body };
    return () =>
      new Promise((resolve, reject) => client.dispatch(options, handler(resolve, reject)));
  },
  fetch: async ({ origin }, body) => {
    const options = { method: 'PUT', headers: HEADERS, body };
    return async () => (await fetch(origin + PATH, options)).arrayBuffer();
  },
};

async function undiciClient({ origin, socketPath }) {
  const { Client } = await import('undici');
  return new Client(origin, socketPath === undefined ? {} : { socketPath });
}

function handler(resolve, reject) {
  return {
    onRequestStart() {},
    onResponseStart() {},
    onResponseData() {},
    onResponseEnd: () => resolve(),
    onResponseError: (_controller, error) => reject(error),
  };
}
