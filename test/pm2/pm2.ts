// Owns a PM2 of its own for a test: installed from the lockfile beside this file, with a daemon and a
// home folder that are gone afterwards. Judges nothing.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ChildResult, runChild } from '../package/child-command.js';
import { runNpm } from '../package/npm-command.js';
import { type TemporaryDirectory, temporaryDirectory } from '../package/temporary-directory.js';
import { plainEnvironment } from '../support/plain-environment.js';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const COMMAND = join(HERE, 'node_modules/pm2/bin/pm2');
const DEADLINE_MILLIS = 30_000;

/** @throws Error if npm fails. */
export async function installPm2(): Promise<void> {
  if (existsSync(COMMAND)) return;
  const { exitCode, stderr } = await runNpm(['ci', '--ignore-scripts', '--no-audit'], HERE);
  if (exitCode !== 0) throw new Error(stderr);
}

export class Pm2 implements AsyncDisposable {
  readonly #home: TemporaryDirectory;
  readonly #env: NodeJS.ProcessEnv;

  private constructor(home: TemporaryDirectory, env: Readonly<Record<string, string>>) {
    this.#home = home;
    this.#env = { ...plainEnvironment(), ...env, PM2_HOME: home.path };
  }

  /** @param env Added to the environment of the applications. */
  static async open(env: Readonly<Record<string, string>>): Promise<Pm2> {
    return new Pm2(await temporaryDirectory(), env);
  }

  /** @throws Error if the command fails. */
  async run(...args: readonly string[]): Promise<void> {
    const { exitCode, stdout, stderr } = await this.#pm2(args);
    if (exitCode !== 0) throw new Error(`pm2 ${args.join(' ')}: ${stdout}${stderr}`);
  }

  /** What the daemon says that it did. */
  get log(): string {
    return readFileSync(join(this.#home.path, 'pm2.log'), 'utf8');
  }

  /** What the first process of an application has printed. */
  output(name: string): string {
    return readFileSync(join(this.#home.path, `logs/${name}-out-0.log`), 'utf8');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pm2(['kill']);
    await this.#home[Symbol.asyncDispose]();
  }

  #pm2(args: readonly string[]): Promise<ChildResult> {
    return runChild(process.execPath, [COMMAND, ...args], {
      cwd: this.#home.path,
      env: this.#env,
      timeoutMillis: DEADLINE_MILLIS,
    });
  }
}
