// Owns a peer that takes no more connections: a stopped process whose backlog is full. Over TCP the kernel
// drops what comes on top, as a firewall does; over a Unix socket it says EAGAIN.

import { once } from 'node:events';
import { connect, type NetConnectOpts, type Socket } from 'node:net';
import { afterEach } from 'vitest';
import { startProcess } from './child-process.js';
import { type Listening, temporarySocketPath } from './scripted-agent.js';

const LISTEN = `
  const [path] = process.argv.slice(1);
  const server = require('node:net').createServer();
  const at = path === undefined ? { port: 0, host: '127.0.0.1' } : { path };
  server.listen({ ...at, backlog: 1 }, () => console.log(server.address().port ?? ''));
`;
/** A loopback connection that is not there by then will not come; over a Unix socket it fails instead. */
const CONNECT_MILLIS = { tcp: 400, unix: 5_000 };
const MAX_BACKLOG = 16;
/** Longer than any test, which would take its end for an answer. */
const LIFE_MILLIS = 300_000;

const fillers: Socket[] = [];

afterEach(() => {
  for (const socket of fillers.splice(0)) socket.destroy();
});

/** The URL at which a connection does not come about, and over TCP does not fail either. */
export async function openBlackHole(over: Listening = 'tcp'): Promise<string> {
  const path = over === 'unix' ? temporarySocketPath() : undefined;
  const args = ['-e', LISTEN, ...(path === undefined ? [] : [path])];
  const holder = startProcess(process.execPath, args, { deadlineMillis: LIFE_MILLIS });
  const port = Number(await holder.says('\n'));
  holder.child.kill('SIGSTOP');
  const address = path === undefined ? { port, host: '127.0.0.1' } : { path };
  for (let count = 0; count < MAX_BACKLOG; count++) {
    if (!(await connects(address, CONNECT_MILLIS[over]))) {
      return path === undefined ? `http://127.0.0.1:${port}` : `unix://${path}`;
    }
  }
  throw new Error('the backlog does not fill up');
}

async function connects(address: NetConnectOpts, withinMillis: number): Promise<boolean> {
  const socket = connect(address);
  fillers.push(socket);
  socket.on('error', () => undefined);
  const signal = AbortSignal.timeout(withinMillis);
  return once(socket, 'connect', { signal }).then(
    () => true,
    () => false,
  );
}
