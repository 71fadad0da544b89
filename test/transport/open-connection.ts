// Owns the connections to an Agent of tests: each is closed after its test. Judges nothing.

import { afterEach } from 'vitest';
import { parseAgentUrl } from '../../src/agent-target.js';
import { type Clock, systemClock } from '../../src/lang/clock.js';
import { AgentConnection } from '../../src/transport/agent-connection.js';
import type { OnStep, Sendable } from '../../src/transport/connection.js';
import type { SendOutcome } from '../../src/transport/send-outcome.js';
import { encode } from '../support/encoding.js';
import { makeSpan } from '../support/spans.js';

const connections: AgentConnection[] = [];
const HEADERS = {
  'Content-Type': 'application/msgpack',
  'X-Datadog-Trace-Count': '1',
  'Datadog-Meta-Lang': 'nodejs',
  'Datadog-Meta-Tracer-Version': '1',
};

/** One span. */
export const PAYLOAD: Sendable = onePayload();

afterEach(() => {
  for (const connection of connections.splice(0)) connection.close();
});

export function connectTo(url: string, clock: Clock = systemClock): AgentConnection {
  const connection = new AgentConnection({
    target: parseAgentUrl(url),
    clock,
    connectTimeoutMillis: 60_000,
    ca: undefined,
    rejectUnauthorized: true,
    requireFrom: undefined,
    headersOf: () => HEADERS,
  });
  connections.push(connection);
  return connection;
}

interface Sending {
  readonly payload?: Sendable;
  readonly onStep?: OnStep;
}

export function send(
  connection: AgentConnection,
  signal: AbortSignal = new AbortController().signal,
  { payload = PAYLOAD, onStep = () => undefined }: Sending = {},
): Promise<SendOutcome> {
  return connection.send(payload, signal, onStep);
}

function onePayload(): Sendable {
  const [payload] = encode([makeSpan()]).payloads;
  if (payload === undefined) throw new Error('nothing to send');
  return payload;
}
