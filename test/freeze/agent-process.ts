// Owns an Agent in a process of its own, which can be stopped, or killed and started again where it was.

import { fileURLToPath } from 'node:url';
import { type StartedProcess, startNode } from '../support/child-process.js';
import { until } from '../support/until.js';

const CHILD = fileURLToPath(new URL('agent-child.mjs', import.meta.url));

/** Where to listen: on a port, 0 for any that is free, or at the path of a Unix socket. */
export type AgentAddress = { readonly port: number } | { readonly socketPath: string };

export async function openAgentProcess(address: AgentAddress): Promise<AgentProcess> {
  const agent = new AgentProcess();
  await agent.start(address);
  return agent;
}

export class AgentProcess {
  #process: StartedProcess | undefined;
  #url: string | undefined;
  readonly #spanIds: bigint[] = [];

  get url(): string {
    return this.#url ?? '';
  }

  /** Of every span that arrived, before and after restarts. */
  get spanIds(): readonly bigint[] {
    return this.#spanIds;
  }

  async start(address: AgentAddress): Promise<void> {
    const options = { isForked: true, isShown: true };
    this.#process = startNode([CHILD, JSON.stringify(address)], options);
    this.#url = undefined;
    this.#process.child.on('message', (message) => this.#note(message));
    await until('the Agent listens', () => this.#url !== undefined);
  }

  /** Kills the Agent and starts another in its place. */
  async restart(): Promise<void> {
    const address = addressOf(this.url);
    this.#process?.child.kill('SIGKILL');
    await this.#process?.end;
    await this.start(address);
  }

  /** Stops the Agent where it is; the kernel still takes connections and bytes for it. */
  freeze(): void {
    this.#process?.child.kill('SIGSTOP');
  }

  thaw(): void {
    this.#process?.child.kill('SIGCONT');
  }

  #note(message: unknown): void {
    if (typeof message !== 'object' || message === null) return;
    if ('url' in message) this.#url = String(message.url);
    if (!('spanIds' in message) || !Array.isArray(message.spanIds)) return;
    const ids: readonly unknown[] = message.spanIds;
    this.#spanIds.push(...ids.map((id) => BigInt(String(id))));
  }
}

function addressOf(url: string): AgentAddress {
  const { protocol, port, pathname } = new URL(url);
  return protocol === 'unix:' ? { socketPath: pathname } : { port: Number(port) };
}
