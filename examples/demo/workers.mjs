// Owns the primary's side of the cluster: starts the workers, ends them in order, and collects the
// account that each gives as it ends.

import cluster from 'node:cluster';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { endOf, eventOf, remember } from './children.mjs';

const PROGRAM = fileURLToPath(new URL('service.cjs', import.meta.url));

export class Workers {
  #workers;
  #listening;

  constructor(count, agentUrl) {
    cluster.schedulingPolicy = cluster.SCHED_RR;
    cluster.setupPrimary({ exec: PROGRAM, stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
    this.#workers = Array.from({ length: count }, () => startOne(agentUrl));
    this.#listening = Promise.all(
      this.#workers.map((worker) => eventOf(worker, `worker ${worker.id}`, 'listening')),
    );
  }

  /** The one port on which all of them listen. */
  async port() {
    const [address] = await this.#listening;
    return address.port;
  }

  /** Lets each worker finish and end by itself; returns their accounts. */
  stop() {
    return Promise.all(this.#workers.map(stopOne));
  }
}

function startOne(agentUrl) {
  const worker = cluster.fork({ DD_TRACE_AGENT_URL: agentUrl });
  remember(worker.process);
  return worker;
}

/** The account comes on stdout: a worker that is disconnected has no channel to the primary. */
async function stopOne(worker) {
  if (worker.isDead()) throw new Error(`worker ${worker.id} ended early`);
  const output = text(worker.process.stdout);
  const end = endOf(worker, `worker ${worker.id}`);
  worker.disconnect();
  await end;
  return JSON.parse(await output);
}
