// The development Agent in a process of its own: `agent-child.mjs OPTIONS`. Tells its URL, and the ids
// of the spans of each request before it answers.

import { startDevAgent } from '../../dist/dev-agent.js';

const agent = await startDevAgent({
  ...JSON.parse(process.argv[2]),
  respond: ({ chunks }) => {
    process.send({ spanIds: chunks.flat().map(({ spanId }) => String(spanId)) });
  },
});
process.send({ url: agent.url });
