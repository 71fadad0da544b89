// Is one of the processes that are measured: `node program.mjs ROLE SETUP`. Whoever is the original ends
// 50 spans before it forks; afterwards 50 are ended in each of two processes.

import { fork } from 'node:child_process';
import cluster from 'node:cluster';
import { fileURLToPath } from 'node:url';
import { afterForkInChild } from 'opentelemetry-exporter-datadog-agent/fork';
import { openPipeline } from './pipeline.mjs';

const SELF = fileURLToPath(import.meta.url);
const [role, setup] = process.argv.slice(2);
const lineage = ['child', setup];

let owner = '';
let lastId = 0;
/** Makes the same ids in each process, until `owner` is set. */
const nextId = (digits) => (owner + String(++lastId).padStart(8, '0')).padStart(digits, 'a');
const sameIds = { generateTraceId: () => nextId(32), generateSpanId: () => nextId(16) };

const ROLES = {
  /** A forked child or cluster worker: it has an original, but copies nothing of it. */
  async child({ end50, flush }) {
    end50();
    await flush();
    process.disconnect();
  },
  async forking({ end50, flush }) {
    end50();
    fork(SELF, lineage);
    end50();
    await flush();
  },
  async primary({ end50, flush }) {
    end50();
    cluster.setupPrimary({ exec: SELF, args: lineage });
    for (let worker = 0; worker < 2; worker++) cluster.fork();
    await flush();
  },
  /** Does the same as any other process in this role: these two stand for a machine and its clone. */
  async cloned({ end50, flush }) {
    end50();
    owner = String(process.pid);
    end50();
    await flush();
  },
  async clone({ end50, flush }) {
    end50();
    afterForkInChild();
    owner = String(process.pid);
    end50();
    await flush();
  },
};

const isOfClone = role === 'cloned' || role === 'clone';
await ROLES[role](openPipeline(setup, isOfClone ? sameIds : undefined));
