// Owns the sink's process, as seen by the one that sends: where it listens, and what it has received.

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SCRIPT = new URL('sink-process.mjs', import.meta.url);

export async function openSink() {
  const socketPath = join(tmpdir(), `bench-${process.pid}.sock`);
  const child = fork(SCRIPT, [socketPath], { execArgv: [] });
  const [{ httpPort, grpcPort }] = await once(child, 'message');
  return {
    port: httpPort,
    url: `http://127.0.0.1:${httpPort}`,
    grpcUrl: `http://127.0.0.1:${grpcPort}`,
    socketPath,
    /** Requests and bytes since the last time. */
    received: () => ask(child, {}),
    /** From now on, takes no more than so many bytes per second, and lets a client that sends more wait. */
    limit: (bytesPerSecond) => ask(child, { limit: bytesPerSecond }),
  };
}

async function ask(child, question) {
  child.send(question);
  const [counts] = await once(child, 'message');
  return counts;
}
