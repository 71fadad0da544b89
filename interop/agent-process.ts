// Owns one process of the Go program: starting it, asking it what the Agent sent on, ending it.

import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { endChild } from './end-child.js';
import type { Counter, StatsPayload, TracerPayload } from './received.js';

const READY_MILLIS = 30_000;

export interface AgentProcessOptions {
  /** Feature flags of the Agent. */
  readonly features?: readonly string[];
}

interface Ready {
  readonly agentVersion: string;
  readonly tcp: string;
  readonly control: string;
}

export class AgentProcess implements AsyncDisposable {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #directory: string;
  readonly #control: string;
  readonly agentVersion: string;
  /** For the exporter under test. */
  readonly tcpUrl: string;
  readonly socketUrl: string;
  /** For OTLP as protobuf. */
  readonly otlpUrl: string;

  private constructor(
    child: ChildProcessByStdio<Writable, Readable, null>,
    directory: string,
    ready: Ready,
  ) {
    this.#child = child;
    this.#directory = directory;
    this.#control = `http://${ready.control}`;
    this.agentVersion = ready.agentVersion;
    this.tcpUrl = `http://${ready.tcp}`;
    this.socketUrl = `unix://${socketIn(directory)}`;
    this.otlpUrl = `http://${ready.control}/v1/traces`;
  }

  /** @throws Error if it does not listen in time. */
  static async start(
    program: string,
    { features = [] }: AgentProcessOptions = {},
  ): Promise<AgentProcess> {
    const directory = await mkdtemp(join(tmpdir(), 'dd-agent-'));
    const args = ['-socket', socketIn(directory), '-features', features.join(',')];
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'], env: {} });
    try {
      return new AgentProcess(child, directory, await readyLine(child.stdout));
    } catch (error) {
      await end(child, directory);
      throw error;
    }
  }

  /** Resolves when everything that the Agent has taken is in what the other methods return. */
  async flush(): Promise<void> {
    await this.#request('POST', '/flush');
  }

  /** Flushes and forgets. */
  async reset(): Promise<void> {
    await this.#request('POST', '/reset');
  }

  received(): Promise<readonly TracerPayload[]> {
    return this.#list('/received', arePayloads);
  }

  stats(): Promise<readonly StatsPayload[]> {
    return this.#list('/stats', areStats);
  }

  counters(): Promise<readonly Counter[]> {
    return this.#list('/counters', areCounters);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await end(this.#child, this.#directory);
  }

  async #list<Item>(
    path: string,
    isList: (value: unknown) => value is readonly Item[],
  ): Promise<readonly Item[]> {
    const value = await (await this.#request('GET', path)).json();
    if (!isList(value)) throw new Error(`${path} is not a list`);
    return value;
  }

  async #request(method: string, path: string): Promise<Response> {
    const response = await fetch(this.#control + path, { method });
    if (!response.ok) throw new Error(`${path}: ${await response.text()}`);
    return response;
  }
}

/** The program ends with its standard input. */
async function end(
  child: ChildProcessByStdio<Writable, Readable, null>,
  directory: string,
): Promise<void> {
  await endChild(child, () => child.stdin.end());
  await rm(directory, { recursive: true, force: true });
}

function socketIn(directory: string): string {
  return join(directory, 'apm.socket');
}

async function readyLine(stdout: Readable): Promise<Ready> {
  const lines = createInterface({ input: stdout });
  const closed = once(lines, 'close').then(() => [undefined]);
  const line = once(lines, 'line', { signal: AbortSignal.timeout(READY_MILLIS) });
  const [text] = await Promise.race([line, closed]);
  const value: unknown = JSON.parse(String(text));
  if (!isReady(value)) throw new Error(`not a ready line: ${String(text)}`);
  return value;
}

function isReady(value: unknown): value is Ready {
  return typeof value === 'object' && value !== null && 'tcp' in value && 'control' in value;
}

// The items are trusted: both ends are ours.

function arePayloads(value: unknown): value is readonly TracerPayload[] {
  return Array.isArray(value);
}

function areStats(value: unknown): value is readonly StatsPayload[] {
  return Array.isArray(value);
}

function areCounters(value: unknown): value is readonly Counter[] {
  return Array.isArray(value);
}
