// Owns one PostgreSQL server of its own: a new cluster in a temporary directory, on loopback and a free
// port, gone afterwards. Knows nothing of who asks it.

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { chown, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { endChild } from '../end-child.js';
import { freePorts } from '../free-ports.js';

const run = promisify(execFile);

/** Where Debian's packages put the programs, by major version. */
const DEBIAN = '/usr/lib/postgresql';
const READY = 'database system is ready to accept connections';
const READY_MILLIS = 30_000;
/** In the directory of a cluster. */
const DATA = 'data';

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
    const [port = 0] = await freePorts(1);
    const directory = await newCluster(programs, account);
    const settings = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'fsync=off'];
    const options = ['-p', String(port), ...settings.flatMap((text) => ['-c', text])];
    const server = spawn(join(programs, 'postgres'), ['-D', join(directory, DATA), ...options], {
      cwd: directory,
      ...account,
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
    await endChild(this.#server, () => this.#server.kill('SIGINT')); // waits for nobody who is connected
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

/** The directory of a cluster that is ready to be served. */
async function newCluster(programs: string, account: Account): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'postgresql-'));
  const cluster = ['--pgdata', join(directory, DATA), '--username', 'shop', '--auth', 'trust'];
  try {
    if (account.uid !== undefined && account.gid !== undefined) {
      await chown(directory, account.uid, account.gid);
    }
    const args = [...cluster, '--no-sync', '--locale', 'C'];
    await run(join(programs, 'initdb'), args, { cwd: directory, ...account });
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    throw error;
  }
  return directory;
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
