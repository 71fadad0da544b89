// Owns Agents that drop their kept connections when the test says so, and that can be reached all the
// same. They run in other processes than the exporter. Closed after each test.

import { openFaultServer, type Script, type Step } from '../support/fault-server.js';
import { ACCEPT, readAll, reply } from '../support/fault-steps.js';
import { type Listening, temporarySocketPath } from '../support/scripted-agent.js';
import { until } from '../support/until.js';
import { openAgentProcess } from './agent-process.js';
import { PLACES } from './freezing.js';
import { openGate } from '../support/gate.js';

export interface Peer {
  readonly url: string;
  /** Of every span that arrived. */
  spanIds(): readonly bigint[];
  /** Resolves when the connections are gone and the next one would be accepted. */
  dropConnections(): Promise<void>;
}

/** It is killed, and another one is started in its place. */
export async function openRestartingPeer(over: Listening): Promise<Peer> {
  const address = over === 'unix' ? { socketPath: temporarySocketPath() } : { port: 0 };
  const agent = await openAgentProcess(address);
  return {
    url: agent.url,
    spanIds: () => agent.spanIds,
    dropConnections: () => agent.restart(),
  };
}

/**
 * It drops one connection per place, after its first reply, by these steps. Like the real Agent's, its
 * replies do not say when.
 */
export async function openClosingPeer(over: Listening, drop: Script): Promise<Peer> {
  const gate = openGate();
  let dropped = 0;
  const noteDropped: Step = () => {
    dropped++;
  };
  const first = [readAll, reply(200), gate.pass, ...drop, noteDropped];
  const server = await openFaultServer({
    over,
    scripts: [...PLACES.map(() => first), ACCEPT],
  });
  return {
    url: server.url,
    spanIds: () => server.spans.map(({ spanId }) => spanId),
    dropConnections: async () => {
      gate.open();
      await until('all connections are dropped', () => dropped === PLACES.length);
    },
  };
}
