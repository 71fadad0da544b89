// Owns a copy of this tree in which files may be broken, and running its tests. Knows no mutation.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const LEFT_OUT = new Set(['.git', 'node_modules', '.tmp']);
/** A mutation may leave a test hanging: each of its tests has 30 s, and the first that fails ends the run. */
const DEADLINE_MILLIS = 180_000;

export class ScratchTree {
  #root = mkdtempSync(join(tmpdir(), 'dd-mutation-'));

  constructor() {
    const filter = (source) => !LEFT_OUT.has(basename(source));
    // Keeps the times of files, or the build would look older than its sources.
    cpSync(ROOT, this.#root, { recursive: true, preserveTimestamps: true, filter });
    symlinkSync(join(ROOT, 'node_modules'), join(this.#root, 'node_modules'));
  }

  /**
   * @returns what undoes it.
   * @throws Error unless `find` is in the file, once.
   */
  replace(file, find, replacement) {
    const path = join(this.#root, file);
    const source = readFileSync(path, 'utf8');
    const found = source.split(find).length - 1;
    if (found !== 1) throw new Error(`found ${found} times in ${file}, not once: ${find}`);
    writeFileSync(
      path,
      source.replace(find, () => replacement),
    );
    return () => writeFileSync(path, source);
  }

  /** Makes `dist/` of the sources as they are, for tests that start processes. */
  async build() {
    const build = spawn(process.execPath, ['scripts/build.mjs'], {
      cwd: this.#root,
      stdio: 'ignore',
    });
    const [code] = await once(build, 'exit');
    if (code !== 0) throw new Error(`the build ended with ${code}: does the mutation compile?`);
  }

  /**
   * @returns `passed`, `hung` if they were not done in time, or `failed` with the first test that failed and
   * its file.
   * @throws Error if no test ran: a tree that cannot even be loaded proves nothing.
   */
  async test(files, deadlineMillis = DEADLINE_MILLIS) {
    const report = join(this.#root, 'report.json');
    rmSync(report, { force: true });
    const runner = join(this.#root, 'node_modules/vitest/vitest.mjs');
    // Retries what fails: a busy machine may turn a test about time red, which no mutation has caused.
    const reporting = ['--retry=1', '--bail=1', '--reporter=json', `--outputFile=${report}`];
    const args = [runner, 'run', ...reporting, ...new Set(files)];
    const isDone = await endsInTime(args, this.#root, deadlineMillis);
    return isDone ? this.#read(report) : { kind: 'hung' };
  }

  remove() {
    rmSync(this.#root, { recursive: true });
  }

  #read(report) {
    const { success, testResults } = JSON.parse(readFileSync(report, 'utf8'));
    for (const { name, assertionResults } of testResults) {
      const failed = assertionResults.find(({ status }) => status === 'failed');
      const file = name.slice(this.#root.length + 1);
      if (failed === undefined) continue;
      // Then the mutation has only made the build look old, and proves nothing.
      if (failed.failureMessages.some((text) => text.includes('dist/ is older'))) {
        throw new Error(`${file} needs the build: the rule has to say \`isOfBuild\``);
      }
      return { kind: 'failed', test: `${file}: ${failed.fullName}` };
    }
    if (success) return { kind: 'passed' };
    const messages = testResults.map(({ message }) => message).join('');
    // What failed at first, and passed when it was repeated, may be the reason.
    const first = testResults
      .flatMap(({ assertionResults }) => assertionResults)
      .flatMap(({ failureMessages }) => failureMessages);
    const told = [messages, ...first].join('\n');
    throw new Error(`no test has failed, and yet it was no success: ${told}`);
  }
}

/** Runs a Node, and kills it at the deadline with its workers: one in an endless loop would outlive it. */
async function endsInTime(args, cwd, deadlineMillis) {
  const child = spawn(process.execPath, args, { cwd, stdio: 'ignore', detached: true });
  const kill = () => process.kill(-Number(child.pid), 'SIGKILL');
  // A process group of its own does not receive ^C.
  const interrupt = () => {
    kill();
    process.exit(130);
  };
  process.once('SIGINT', interrupt);
  const deadline = setTimeout(kill, deadlineMillis);
  const [, signal] = await once(child, 'exit');
  clearTimeout(deadline);
  process.off('SIGINT', interrupt);
  return signal !== 'SIGKILL';
}
