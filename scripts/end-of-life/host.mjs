// Hosts the process or worker thread that ends: `host.mjs WAY SETUP`. Is not traced itself.

import { fork } from 'node:child_process';
import cluster from 'node:cluster';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { WAYS } from './ways.mjs';

const DOOMED = fileURLToPath(new URL('doomed.mjs', import.meta.url));
const args = process.argv.slice(2);
const { host, outside } = WAYS[args[0]];

const starts = {
  fork: () => fork(DOOMED, args),
  thread: () => new Worker(DOOMED, { argv: args }),
  cluster: () => {
    cluster.setupPrimary({ exec: DOOMED, args });
    return cluster.fork();
  },
};

const hosted = starts[host]();
hosted.once('message', () => outside?.(hosted));
