// Owns opening a connection to the Agent with undici: where it leads, whom it trusts, and how long it may be idle.
// Knows nothing of requests.

import { Socket } from 'node:net';
import type { Client } from 'undici';
import type { AgentTarget } from '../agent-target.js';
import { bare } from '../lang/bare-object.js';
import type { Clock } from '../lang/clock.js';
import { millisSince, type Moment } from '../lang/moment.js';
import { withoutWrapper } from './break-point.js';
import { limitConnecting } from './connect-limit.js';
import type { Undici } from './load-undici.js';
import { MAX_HEADER_BYTES } from './reply.js';

/** The Agent closes a connection that was idle for 5 s; closing it first avoids a race. */
const KEEP_ALIVE_MILLIS = 4_000;
const NO_TIMEOUT = 0;

export interface WireSettings {
  readonly target: AgentTarget;
  readonly clock: Clock;
  readonly connectTimeoutMillis: number;
  readonly ca: string | undefined;
  /** Whether a certificate that is not trusted ends the connection. */
  readonly rejectUnauthorized: boolean;
}

/** A client and the socket it opened or is opening. */
export interface Wire {
  readonly client: Client;
  socket: Socket | undefined;
  /** When the last reply came over this socket, if there was one. */
  repliedAt: Moment | undefined;
}

/**
 * Connects when it is first used. What others have added to `Object.prototype` is no setting of it. `onDrained` is called
 * when the kernel has taken what was more than the socket's buffer.
 */
export function openWire(undici: Undici, settings: WireSettings, onDrained: () => void): Wire {
  const { target, clock, connectTimeoutMillis } = settings;
  const connect = connectorOf(undici, settings);
  // A Unix socket has no host; the name only fills the Host header.
  const origin = target.transport === 'tcp' ? target.origin : 'http://localhost';
  const options = bare<NonNullable<ConstructorParameters<Undici['Client']>[1]>>({
    pipelining: 1,
    keepAliveTimeout: KEEP_ALIVE_MILLIS,
    keepAliveMaxTimeout: KEEP_ALIVE_MILLIS, // whatever longer time the peer offers
    headersTimeout: NO_TIMEOUT, // only the caller's signal bounds an attempt
    bodyTimeout: NO_TIMEOUT,
    maxHeaderSize: MAX_HEADER_BYTES, // whatever `--max-http-header-size` says
    connect: (where, callback) => {
      const opening: unknown = connect(bare(where), (...[error, socket]) => {
        stopTimer();
        if (error === null) callback(null, socket);
        else callback(withoutWrapper(error), null);
      });
      if (opening instanceof Socket) wire.socket = opening.on('drain', onDrained);
      wire.repliedAt = undefined;
      const stopTimer = limitConnecting(wire.socket, connectTimeoutMillis, clock);
    },
  });
  const client = new undici.Client(origin, options);
  const wire: Wire = { client, socket: undefined, repliedAt: undefined };
  return wire;
}

/**
 * Whether it was idle for too long. undici closes idle connections as well, but by a timer, which stands still while
 * the machine sleeps. The Agent, or something in between, may have dropped the connection without a word.
 */
export function isStale({ repliedAt }: Wire, clock: Clock): boolean {
  return repliedAt !== undefined && millisSince(repliedAt, clock) >= KEEP_ALIVE_MILLIS;
}

function connectorOf(
  { buildConnector }: Undici,
  { target, ca, rejectUnauthorized }: WireSettings,
): ReturnType<Undici['buildConnector']> {
  const options = bare({
    timeout: NO_TIMEOUT,
    allowH2: false,
    // Node would ask the environment each time, which may have changed since the exporter was made.
    rejectUnauthorized,
    ...(target.transport === 'unix' ? { socketPath: target.socketPath } : {}),
    ...(ca === undefined ? {} : { ca }),
  });
  return buildConnector(options);
}
