// Owns a project like a user's: files of `test/consumers` in a directory outside the repository, and
// npm install with the packed tarball. Judges nothing.

import { copyFile, cp, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { REPOSITORY } from './built-package.js';
import { type ChildResult, plainEnvironment, runChild } from './child-command.js';
import { runNpm } from './npm-command.js';
import type { PackedTarball } from './packed-tarball.js';
import { type TemporaryDirectory, temporaryDirectory } from './temporary-directory.js';

/** The folders of `test/consumers`, one for each line of the SDK. */
export type SdkLine = 'sdk-1.30' | 'sdk-2' | 'sdk-3';

const CONSUMERS = join(REPOSITORY, 'test', 'consumers');
const DEADLINE_MILLIS = 60_000;

/** npm's own defaults, so that the configuration of whoever runs the test does not decide. */
const NPM_DEFAULTS = ['legacy-peer-deps=false', 'force=false', 'strict-peer-deps=false'];

export class ConsumerProject implements AsyncDisposable {
  readonly #directory: TemporaryDirectory;
  /** Of `npm install`. */
  readonly installation: ChildResult;

  private constructor(directory: TemporaryDirectory, installation: ChildResult) {
    this.#directory = directory;
    this.installation = installation;
  }

  static async create(line: SdkLine, tarball: PackedTarball): Promise<ConsumerProject> {
    const directory = await temporaryDirectory();
    try {
      await copySources(line, directory.path);
      return new ConsumerProject(
        directory,
        await runNpm(['install', tarball.path], directory.path),
      );
    } catch (error) {
      await directory[Symbol.asyncDispose]();
      throw error;
    }
  }

  npm(...args: readonly string[]): Promise<ChildResult> {
    return runNpm(args, this.#directory.path);
  }

  /** Runs a file of the project, with nothing about an Agent in its environment but what is given. */
  node(file: string, env: NodeJS.ProcessEnv = {}): Promise<ChildResult> {
    return this.#run([file], { ...plainEnvironment(), ...env });
  }

  tsc(project: string): Promise<ChildResult> {
    const compiler = join('node_modules', 'typescript', 'bin', 'tsc');
    return this.#run([compiler, '--project', project, '--pretty', 'false'], plainEnvironment());
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.#directory[Symbol.asyncDispose]();
  }

  #run(args: readonly string[], env: NodeJS.ProcessEnv): Promise<ChildResult> {
    const options = { cwd: this.#directory.path, env, timeoutMillis: DEADLINE_MILLIS };
    return runChild(process.execPath, args, options);
  }
}

async function copySources(line: SdkLine, directory: string): Promise<void> {
  await cp(join(CONSUMERS, 'shared'), directory, { recursive: true });
  await cp(join(CONSUMERS, line), directory, { recursive: true });
  await writeFile(join(directory, '.npmrc'), NPM_DEFAULTS.join('\n'));
  const typed = (await readdir(directory)).filter((file) => file.endsWith('.ts'));
  for (const file of typed) {
    // The same source as an ES module and as CommonJS.
    await copyFile(join(directory, file), join(directory, file.replace(/\.ts$/u, '.mts')));
    await copyFile(join(directory, file), join(directory, file.replace(/\.ts$/u, '.cts')));
  }
}
