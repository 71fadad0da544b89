// Owns a process under load, as its parent sees it: asks it for its figures.

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

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

  /** @returns the last figures, and the exit code of the process, which had nothing left to do. */
  async finish() {
    const exited = once(this.#child, 'exit');
    const figures = await this.#ask('finish');
    const [code] = await exited;
    return { ...figures, code };
  }

  /** For when something went wrong. */
  kill() {
    this.#child.kill('SIGKILL');
  }

  async #ask(task) {
    const { signal, abort } = endOf(this.#child);
    this.#child.send(task);
    const [answer] = await once(this.#child, 'message', { signal });
    abort();
    return answer;
  }
}

/** Aborts if the process ends before it has answered. */
function endOf(child) {
  const controller = new AbortController();
  const onExit = () => controller.abort(new Error('the process under load has ended'));
  child.once('exit', onExit);
  return { signal: controller.signal, abort: () => child.off('exit', onExit) };
}
