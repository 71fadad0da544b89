// Owns a project like a user's: files of `test/consumers` in a directory outside the repository, and
// the installation of the packed tarball. Judges nothing.

import { copyFile, cp, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { REPOSITORY } from './built-package.js';
import { type ChildResult, runChild } from './child-command.js';
import { environmentOf, type NodeBinary, THIS_NODE } from './node-line.js';
import { runNpm } from './npm-command.js';
import { NPM, type PackageManager } from './package-manager.js';
import type { PackedTarball } from './packed-tarball.js';
import { type TemporaryDirectory, temporaryDirectory } from './temporary-directory.js';

/** The folders of `test/consumers`, one for each line of the SDK. */
export type SdkLine = 'sdk-1.30' | 'sdk-2' | 'sdk-3';

const CONSUMERS = join(REPOSITORY, 'test', 'consumers');
const DEADLINE_MILLIS = 120_000;

export interface ConsumerOptions {
  /** @default npm without a lockfile */
  readonly manager?: PackageManager;
  /** What runs the manager and the project. @default the Node that runs the tests */
  readonly node?: NodeBinary;
}

export class ConsumerProject implements AsyncDisposable {
  readonly #directory: TemporaryDirectory;
  readonly #node: NodeBinary;
  /** Of the tarball, and all that the project names. */
  readonly installation: ChildResult;

  private constructor(directory: TemporaryDirectory, installation: ChildResult, node: NodeBinary) {
    this.#directory = directory;
    this.#node = node;
    this.installation = installation;
  }

  static async create(
    line: SdkLine,
    tarball: PackedTarball,
    { manager = NPM, node = THIS_NODE }: ConsumerOptions = {},
  ): Promise<ConsumerProject> {
    const directory = await temporaryDirectory();
    try {
      await copySources(line, directory.path, manager);
      const installation = await manager.add(tarball.path, directory.path, node);
      return new ConsumerProject(directory, installation, node);
    } catch (error) {
      await directory[Symbol.asyncDispose]();
      throw error;
    }
  }

  npm(...args: readonly string[]): Promise<ChildResult> {
    return runNpm(args, this.#directory.path, this.#node);
  }

  /** Runs Node in the project, with nothing about an Agent in its environment but what is given. */
  node(args: string | readonly string[], env: NodeJS.ProcessEnv = {}): Promise<ChildResult> {
    const environment = { ...environmentOf(this.#node), ...env };
    const options = { cwd: this.#directory.path, env: environment, timeoutMillis: DEADLINE_MILLIS };
    return runChild(this.#node, [args].flat(), options);
  }

  tsc(project: string): Promise<ChildResult> {
    const compiler = join('node_modules', 'typescript', 'bin', 'tsc');
    return this.node([compiler, '--project', project, '--pretty', 'false']);
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.#directory[Symbol.asyncDispose]();
  }
}

async function copySources(
  line: SdkLine,
  directory: string,
  manager: PackageManager,
): Promise<void> {
  await cp(join(CONSUMERS, 'shared'), directory, { recursive: true });
  await cp(join(CONSUMERS, line), directory, { recursive: true });
  if (!manager.readsLockfile) await rm(join(directory, 'package-lock.json'));
  await writeFile(join(directory, '.npmrc'), manager.settings.join('\n'));
  const typed = (await readdir(directory)).filter((file) => file.endsWith('.ts'));
  for (const file of typed) {
    // The same source as an ES module and as CommonJS.
    await copyFile(join(directory, file), join(directory, file.replace(/\.ts$/u, '.mts')));
    await copyFile(join(directory, file), join(directory, file.replace(/\.ts$/u, '.cts')));
  }
}
