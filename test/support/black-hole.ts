// Owns a peer that does not answer to SYN: a stopped process whose backlog is full. The kernel drops
// what comes on top, as a firewall does. Ended after its test.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { afterEach } from 'vitest';

const LISTEN = `
  const server = require('node:net').createServer();
  server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => console.log(server.address().port));
`;
/** A loopback connection that is not there by then will not come. */
const CONNECT_MILLIS = 200;
const MAX_BACKLOG = 16;

const children: ChildProcess[] = [];
const fillers: Socket[] = [];

afterEach(() => {
  for (const socket of fillers.splice(0)) socket.destroy();
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

/** The URL of a port at which a connection neither comes about nor fails. */
export async function openBlackHole(): Promise<string> {
  const child = spawn(process.execPath, ['-e', LISTEN], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  const port = Number(await firstOutput(child.stdout));
  child.kill('SIGSTOP');
  for (let count = 0; count < MAX_BACKLOG; count++) {
    if (!(await connects(port))) return `http://127.0.0.1:${port}`;
  }
  throw new Error('the backlog does not fill up');
}

async function firstOutput(output: Readable): Promise<string> {
  for await (const chunk of output) return String(chunk);
  throw new Error('no output');
}

async function connects(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  fillers.push(socket);
  socket.on('error', () => undefined);
  const signal = AbortSignal.timeout(CONNECT_MILLIS);
  return once(socket, 'connect', { signal }).then(
    () => true,
    () => false,
  );
}
