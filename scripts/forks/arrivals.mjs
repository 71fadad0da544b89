// Counts what arrives of the spans of a process that forks, at an Agent of its own.

import { startDevAgent } from '../../dist/dev-agent.js';

/** How many spans arrived, and how many of them more than once. */
export async function arrivals(run, setup) {
  const agent = await startDevAgent();
  try {
    await run(setup, agent.url);
    const ids = agent.spans.map(({ traceId, spanId }) => `${traceId} ${spanId}`);
    const spans = new Set(ids).size;
    return { spans, repeated: ids.length - spans };
  } finally {
    await agent.close();
  }
}
