// Owns one PostgreSQL server of its own: a new cluster in a temporary directory, on loopback and a free
// port, gone afterwards. Knows nothing of who asks it.

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Where Debian's packages put the programs, by major version. */
const DEBIAN = '/usr/lib/postgresql';
const READY = 'database system is ready to accept connections';
const READY_MILLIS = 30_000;

/** Whoever the server runs as; it refuses to be root. */
interface Account {
  readonly uid?: number;
  readonly gid?: number;
}

/** Anybody on this machine may ask it, as user `shop`, for the database `postgres`. */
export class Postgresql implements AsyncDisposable {
  readonly #server: ChildProcess;
  readonly #directory: string;
  readonly port: number;

  private constructor(server: ChildProcess, directory: string, port: number) {
    this.#server = server;
    this.#directory = directory;
    this.port = port;
  }

  /** The folder of the programs, or undefined if PostgreSQL is not installed. */
  static async find(): Promise<string | undefined> {
    const versions = await readdir(DEBIAN).catch((): string[] => []);
    const newest = versions.toSorted((a, b) => Number(b) - Number(a))[0];
    return newest === undefined ? undefined : join(DEBIAN, newest, 'bin');
  }

  /** @throws Error if it does not take connections in time. */
  static async start(programs: string): Promise<Postgresql> {
    const account = await accountOfServer();
    const directory = await mkdtemp(join(tmpdir(), 'postgresql-'));
    if (account.uid !== undefined && account.gid !== undefined) {
      await chown(directory, account.uid, account.gid);
    }
    const data = join(directory, 'data');
    const cluster = ['--pgdata', data, '--username', 'shop', '--auth', 'trust', '--no-sync'];
    const place = { cwd: directory, ...account };
    await run(join(programs, 'initdb'), [...cluster, '--locale', 'C'], place);

    const port = await freePort();
    const settings = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'fsync=off'];
    const args = ['-D', data, '-p', String(port), ...settings.flatMap((text) => ['-c', text])];
    const server = spawn(join(programs, 'postgres'), args, {
      ...place,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const postgres = new Postgresql(server, directory, port);
    try {
      await readyLine(server.stderr);
    } catch (error) {
      await postgres[Symbol.asyncDispose]();
      throw error;
    }
    return postgres;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#server.exitCode === null && this.#server.signalCode === null) {
      const exited = once(this.#server, 'exit');
      this.#server.kill('SIGINT'); // does not wait for those who are connected
      await exited;
    }
    await rm(this.#directory, { recursive: true, force: true });
  }
}

async function accountOfServer(): Promise<Account> {
  if (process.getuid?.() !== 0) return {};
  const [user, group] = await Promise.all([
    run('id', ['--user', 'postgres']),
    run('id', ['--group', 'postgres']),
  ]);
  return { uid: Number(user.stdout), gid: Number(group.stdout) };
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** Goes on reading afterwards, so that the server never waits for its log to be read. */
async function readyLine(log: Readable): Promise<void> {
  const lines = createInterface({ input: log });
  const said: string[] = [];
  await new Promise<void>((resolve, reject) => {
    const fail = (): void => reject(new Error(`PostgreSQL is not ready: ${said.join('\n')}`));
    const deadline = AbortSignal.timeout(READY_MILLIS);
    deadline.addEventListener('abort', fail);
    lines.once('close', fail);
    lines.on('line', (line) => {
      said.push(line);
      if (line.includes(READY)) resolve();
    });
  });
}
