// Owns a process under load, as its parent sees it: asks it for its figures.

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** Longest time from the answered shutdown to the end of the process, which has nothing left to do by then. */
const END_MILLIS = 30_000;
/** Longest time of one task: a flush waits for `flushTimeoutMillis`, and a shutdown for its grace. */
const TASK_MILLIS = 120_000;
const LOAD = fileURLToPath(new URL('load.mjs', import.meta.url));

export class LoadedProcess {
  #child;
  #samples = [];

  constructor({ setup, lane, spansPerSecond, agentUrl }) {
    this.#child = fork(LOAD, [setup, String(lane), String(spansPerSecond)], {
      execArgv: ['--expose-gc'],
      env: { PATH: process.env.PATH, DD_TRACE_AGENT_URL: agentUrl },
    });
  }

  /** What it was like, by the time in which it was measured. */
  get samples() {
    return this.#samples;
  }

  async measure(atMillis) {
    this.#samples.push({ atMillis, ...(await this.#ask('measure')) });
  }

  /**
   * @returns the last figures, and the exit code of the process, or the signal that ended it: it is killed if
   * it does not end by itself.
   */
  async finish() {
    const exited = once(this.#child, 'exit');
    const figures = await this.#ask('finish');
    const deadline = setTimeout(() => this.kill(), END_MILLIS);
    const [code, signal] = await exited;
    clearTimeout(deadline);
    return { ...figures, code: code ?? signal };
  }

  /** For when something went wrong. */
  kill() {
    this.#child.kill('SIGKILL');
  }

  async #ask(task) {
    const { signal, dispose } = endOf(this.#child);
    this.#child.send(task);
    try {
      const [answer] = await once(this.#child, 'message', { signal });
      return answer;
    } catch {
      throw new Error(`no answer to '${task}': ${signal.reason.message}`);
    } finally {
      dispose();
    }
  }
}

/** Aborts if the process ends before it has answered, or takes too long. */
function endOf(child) {
  const controller = new AbortController();
  const abort = (why) => controller.abort(new Error(`the process under load ${why}`));
  const onExit = () => abort('has ended');
  const deadline = setTimeout(() => abort('hangs'), TASK_MILLIS);
  child.once('exit', onExit);
  const dispose = () => {
    clearTimeout(deadline);
    child.off('exit', onExit);
  };
  return { signal: controller.signal, dispose };
}
