// Owns the sink's process, as seen by the one that sends: where it listens, and what it has received.

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SCRIPT = new URL('sink-process.mjs', import.meta.url);

/** @param bytesPerSecond how fast it takes what it is sent; without it, as fast as it can. */
export async function openSink(bytesPerSecond) {
  const socketPath = join(tmpdir(), `bench-${process.pid}.sock`);
  const rate = bytesPerSecond === undefined ? [] : [String(bytesPerSecond)];
  const child = fork(SCRIPT, [socketPath, ...rate], { execArgv: [] });
  const [{ httpPort, grpcPort }] = await once(child, 'message');
  return {
    port: httpPort,
    url: `http://127.0.0.1:${httpPort}`,
    grpcUrl: `http://127.0.0.1:${grpcPort}`,
    socketPath,
    /** Requests and bytes since the last time. */
    async received() {
      child.send('received?');
      const [counts] = await once(child, 'message');
      return counts;
    },
    close: () => child.disconnect(),
  };
}
