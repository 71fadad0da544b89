// Owns a cluster under load whose workers are ended in turn, each way as often as the others, while
// others take their place. Each span that ends is noted in a file at once, with the time; so is each
// worker that is ended. Arguments: that file, and how many workers to end.

import cluster from 'node:cluster';
import { appendFileSync } from 'node:fs';
import { createServer } from 'node:http';

const [file, count] = process.argv.slice(2);
const WORKERS = 3;
const WAYS = ['disconnect', 'signal', 'handled-signal', 'own-decision'];

/** What happened, to which process, when, and more about it. */
function note(what, pid, more) {
  appendFileSync(file, `${what} ${pid} ${Date.now()} ${more}\n`);
}

if (cluster.isPrimary) {
  recycle(Number(count));
} else {
  const { flushOnExit, provider, target } = await import('./traced.mjs');
  flushOnExit(target);
  work(provider.getTracer('recycling'), WAYS[cluster.worker.id % WAYS.length]);
}

function recycle(total) {
  const endInTurn = (worker) => {
    if (worker.id > total) return;
    cluster.fork().once('listening', () => {
      note('end', worker.process.pid, WAYS[worker.id % WAYS.length]);
      end(worker);
    });
  };
  cluster.on('message', endInTurn);
  cluster.on('exit', (worker, code, signal) => {
    note('gone', worker.process.pid, signal ?? code);
    const rest = Object.values(cluster.workers);
    if (rest.length === WORKERS && rest.every(({ id }) => id > total)) cluster.disconnect();
  });
  for (let index = 0; index < WORKERS; index++) cluster.fork();
}

function end(worker) {
  const way = WAYS[worker.id % WAYS.length];
  if (way === 'disconnect') worker.disconnect();
  else if (way === 'own-decision') worker.send('end');
  else worker.process.kill('SIGTERM');
}

function work(tracer, way) {
  const load = setInterval(() => {
    for (let index = 0; index < 5; index++) {
      const span = tracer.startSpan('work');
      span.end();
      note('span', process.pid, span.spanContext().spanId);
    }
  }, 4);
  const server = createServer().listen(0, '127.0.0.1', () => {
    setTimeout(() => process.connected && process.send('recycle'), 200);
  });
  const stop = () => {
    clearInterval(load);
    server.close();
  };
  cluster.worker.once('disconnect', stop);
  if (way === 'handled-signal') {
    process.once('SIGTERM', () => {
      stop();
      cluster.worker.disconnect();
    });
  }
  process.once('message', () => {
    stop();
    cluster.worker.disconnect();
  });
}
