// A cluster whose workers are recycled: each serves so many requests, and leaves when another has taken
// its place. No span of those that leave is lost. Ends by SIGTERM or ^C.
//
// Run it with `node service.mjs`; it sends to DD_TRACE_AGENT_URL, else to the Agent of this machine.

import cluster from 'node:cluster';

const WORKERS = 2;

if (cluster.isPrimary) {
  runPrimary();
} else {
  const { serve } = await import('./worker.mjs');
  serve();
}

function runPrimary() {
  for (let count = 0; count < WORKERS; count++) cluster.fork();
  cluster.once('listening', (_, { port }) => console.log(`listening on port ${port}`));
  cluster.on('message', (worker, message) => {
    if (message === 'recycle') cluster.fork().once('listening', () => worker.disconnect());
  });
  for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => cluster.disconnect());
}
