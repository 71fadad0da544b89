// Owns the demo's side of the Agent's process: starts it, asks it, and ends it.

import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { endOf, eventOf, remember } from './children.mjs';

const PROGRAM = fileURLToPath(new URL('agent.mjs', import.meta.url));

export class AgentProcess {
  #child;
  #listening;

  constructor(socketPath) {
    const args = socketPath === undefined ? [] : [socketPath];
    // 'advanced', because the ids and times of spans are bigints, which JSON does not know.
    this.#child = remember(fork(PROGRAM, args, { serialization: 'advanced' }));
    this.#listening = eventOf(this.#child, 'the Agent', 'message');
  }

  /** The Agent's URL, to be passed on as `DD_TRACE_AGENT_URL`. */
  async url() {
    const { url } = await this.#listening;
    return url;
  }

  /** What the Agent received so far: its traces, their violations, and the number of requests. */
  async report() {
    if (!this.#child.connected) throw new Error('the Agent ended early');
    const reply = eventOf(this.#child, 'the Agent', 'message');
    this.#child.send({ kind: 'report' });
    return reply;
  }

  async stop() {
    const end = endOf(this.#child, 'the Agent');
    this.#child.disconnect();
    await end;
  }
}
