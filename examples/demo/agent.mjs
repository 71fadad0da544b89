// The process of the development Agent: listens, reports to its parent what it received, and ends
// with the parent's connection to it, also when the parent dies.
//
// Usage: agent.mjs [SOCKET_PATH]; without a path it takes a free TCP port.

import { startDevAgent } from 'opentelemetry-exporter-datadog-agent/dev-agent';

const socketPath = process.argv[2];
const agent = await startDevAgent(socketPath === undefined ? {} : { socketPath });

process.on('message', () => {
  const { traces, violations, requests } = agent;
  process.send({ kind: 'report', traces, violations, requests: requests.length });
});
process.once('disconnect', () => void agent.close());
process.send({ kind: 'listening', url: agent.url });
