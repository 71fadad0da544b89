// Owns where the Agent listens, and at which path it takes payloads: parses an Agent URL into a TCP or Unix-socket
// target. Knows nothing of options, environment or HTTP clients.

import { percentDecoded } from './lang/percent-text.js';

/** The Agent's intake for traces in the encoding v0.4. */
const TRACES_PATH = '/v0.4/traces';
/** Longest path that fits the kernel's `sockaddr_un` (108 bytes with the closing NUL). */
const MAX_SOCKET_PATH_BYTES = 107;
const EXAMPLES = 'write http://host:8126 or unix:///path/to/apm.socket';
/** The path of an intake, which exporters of other protocols have in their URL. */
const PATH_OF_AN_INTAKE = /\/v[\d.]+\/traces\/*$/;

interface TcpTarget {
  readonly transport: 'tcp';
  /** `http://host:port` or `https://host:port`, without credentials. */
  readonly origin: string;
  /** Path prefix without a trailing slash, usually empty. */
  readonly basePath: string;
  /** Value of the `authorization` header, from credentials in the URL. */
  readonly authorization: string | undefined;
}

interface UnixTarget {
  readonly transport: 'unix';
  readonly socketPath: string;
}

export type AgentTarget = TcpTarget | UnixTarget;

/**
 * Parses `http://…`, `https://…` or `unix:///absolute/path`. What follows `unix://` is taken as the
 * path literally; nothing in it is decoded, but white space at its end belongs to no path.
 *
 * @throws RangeError whose message says what is wrong and never repeats credentials.
 */
export function parseAgentUrl(url: string): AgentTarget {
  const given = url.trim(); // as `URL` does for what is no socket
  return /^unix:/i.test(given) ? parseUnixUrl(given) : parseTcpUrl(given);
}

/** Where requests go, as a text for logs, without credentials. */
export function describeTarget(target: AgentTarget): string {
  return target.transport === 'unix'
    ? `unix://${target.socketPath}`
    : `${target.origin}${target.basePath}`;
}

/** The path of a request. */
export function tracesPath(target: AgentTarget): string {
  return target.transport === 'tcp' ? target.basePath + TRACES_PATH : TRACES_PATH;
}

/** A request, for logs: `PUT http://127.0.0.1:8126/v0.4/traces`, `PUT unix:///run/apm.socket /v0.4/traces`. */
export function describeRequest(target: AgentTarget): string {
  const gap = target.transport === 'unix' ? ' ' : '';
  return `PUT ${describeTarget(target)}${gap}${TRACES_PATH}`;
}

/** Where the Agent listens, as values of `server.address` and `server.port`. */
export function hostAndPort(target: AgentTarget): { host: string; port: number | undefined } {
  if (target.transport === 'unix') return { host: target.socketPath, port: undefined };
  const { hostname, port, protocol } = new URL(target.origin);
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port) || (protocol === 'https:' ? 443 : 80),
  };
}

/** The URL with its secrets masked, for messages; it need not be a valid URL. */
export function withoutCredentials(url: string): string {
  // Masks up to the last @, as a password may contain anything; `http:me:secret@host` is a valid URL, too.
  const end = url.lastIndexOf('@');
  const [scheme = ''] = /^(?:[a-z][a-z\d+.-]*:[/\\]+|https?:|unix:)/i.exec(url) ?? [];
  // Intakes take their key in the query, so users may try that, and it may contain an @ as well.
  const rest = url.search(/[?#]/);
  if (rest >= 0 && rest < end) return `${scheme}***`;
  const plain = end < 0 ? url : `${scheme}***${url.slice(end)}`;
  return plain.replace(/([?#])[^]*/, '$1***');
}

function parseUnixUrl(url: string): UnixTarget {
  const socketPath = url.replace(/^unix:(?:\/\/)?/i, '');
  if (!socketPath.startsWith('/')) {
    throw new RangeError('it has no absolute path; write unix:///path/to/apm.socket');
  }
  if (socketPath.endsWith('/')) {
    throw new RangeError('its path is that of a folder; write unix:///path/to/apm.socket');
  }
  if (socketPath.includes('\0')) throw new RangeError('the socket path contains a NUL character');
  const bytes = Buffer.byteLength(socketPath);
  if (bytes > MAX_SOCKET_PATH_BYTES) {
    throw new RangeError(
      `the socket path "${socketPath}" has ${bytes} bytes; the kernel takes at most ${MAX_SOCKET_PATH_BYTES}`,
    );
  }
  return { transport: 'unix', socketPath };
}

function parseTcpUrl(text: string): TcpTarget {
  if (/^\/(?!\/)/.test(text)) throw new RangeError('it is a path; write unix:// before it');
  if (!URL.canParse(text)) {
    const hint = 'a port is 1 to 65535, an IPv6 address has no zone';
    throw new RangeError(`it is not a URL; ${EXAMPLES} (${hint})`);
  }
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new RangeError(`no Agent speaks its scheme; ${EXAMPLES}`);
  }
  if (url.search !== '' || url.hash !== '') {
    throw new RangeError('it has a query or a fragment, which the Agent does not take');
  }
  if (url.pathname.includes('@')) {
    throw new RangeError(
      'it has an @ behind its host; write that as %40, and / in credentials as %2F',
    );
  }
  const intake = PATH_OF_AN_INTAKE.exec(url.pathname)?.[0];
  if (intake !== undefined) {
    throw new RangeError(
      `it ends in "${intake}"; write where the Agent is, the path is added to it`,
    );
  }
  if (url.port === '0') throw new RangeError('its port is 0');
  return {
    transport: 'tcp',
    origin: url.origin,
    basePath: url.pathname.replace(/(?<!\/)\/+$/, ''), // looks at a run of slashes once
    authorization: basicAuthorization(url),
  };
}

function basicAuthorization(url: URL): string | undefined {
  if (url.username === '' && url.password === '') return undefined;
  const pair = `${percentDecoded(url.username)}:${percentDecoded(url.password)}`;
  return `Basic ${Buffer.from(pair).toString('base64')}`;
}
