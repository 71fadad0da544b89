// Owns one process of Datadog's test agent, and what it says of the requests of one session. Judges
// nothing itself.

import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { SpanContent } from '../../test/support/span-content.js';
import { endChild } from '../end-child.js';
import { freePorts } from '../free-ports.js';
import { exactJson } from './exact-json.js';

const READY_MILLIS = 60_000;
const READY = /Running OTLP GRPC server/u;
const TOKEN_HEADER = 'X-Datadog-Test-Session-Token';

/** Everything that this version can check. */
export const CHECKS = [
  'meta_events_is_valid_json',
  'meta_tracer_version_header',
  'trace_content_length',
  'trace_count_header',
  'trace_dd_service',
  'trace_peer_service',
  'trace_stall',
] as const;

/** How often a check came to what. */
export interface CheckCounts {
  readonly Passed_Checks: number;
  readonly Failed_Checks: number;
  readonly Skipped_Checks: number;
}

/** A span as the test agent has decoded it. Integers of 16 digits and more are text. */
export interface TestAgentSpan extends SpanContent {
  readonly trace_id: string | number;
  readonly span_id: string | number;
  readonly parent_id?: string | number;
  readonly start: string | number;
  readonly duration: string | number;
  readonly metrics: Readonly<Record<string, number>>;
}

export interface TestAgentOptions {
  readonly program: string;
  /** Whether a snapshot that is not there is written instead of missed. */
  readonly writesSnapshots?: boolean;
}

export class TestAgent implements AsyncDisposable {
  readonly #child: ChildProcessByStdio<null, Readable, null>;
  readonly #directory: string;
  readonly tcpUrl: string;
  readonly socketUrl: string;

  private constructor(
    child: ChildProcessByStdio<null, Readable, null>,
    directory: string,
    port: number,
  ) {
    this.#child = child;
    this.#directory = directory;
    this.tcpUrl = `http://127.0.0.1:${port}`;
    this.socketUrl = `unix://${socketIn(directory)}`;
  }

  /** @throws Error if it does not listen in time. */
  static async start(options: TestAgentOptions): Promise<TestAgent> {
    const [port = 0, otlpHttp = 0, otlpGrpc = 0] = await freePorts(3);
    const directory = await mkdtemp(join(tmpdir(), 'dd-test-agent-'));
    const child = spawn(options.program, [], {
      cwd: directory,
      stdio: ['ignore', 'pipe', 'inherit'],
      env: {
        ...environment(options),
        PORT: String(port),
        OTLP_HTTP_PORT: String(otlpHttp),
        OTLP_GRPC_PORT: String(otlpGrpc),
        DD_APM_RECEIVER_SOCKET: socketIn(directory),
      },
    });
    const agent = new TestAgent(child, directory, port);
    try {
      await listening(child.stdout);
    } catch (error) {
      await agent[Symbol.asyncDispose]();
      throw error;
    }
    return agent;
  }

  /** @returns the session of this token; it begins with the first request that bears the token. */
  session(token: string): TestSession {
    return new TestSession(this.tcpUrl, token);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await endChild(this.#child, () => this.#child.kill());
    await rm(this.#directory, { recursive: true, force: true });
  }
}

/** What the test agent knows of the requests with one token. */
export class TestSession {
  readonly #url: string;
  readonly #token: string;

  constructor(url: string, token: string) {
    this.#url = url;
    this.#token = token;
  }

  /** For the `headers` of an exporter. */
  get headers(): Readonly<Record<string, string>> {
    return { [TOKEN_HEADER]: this.#token };
  }

  /** From now on replies say these rates. */
  async start(rates: Readonly<Record<string, number>>): Promise<void> {
    await this.#get('session/start', { agent_sample_rate_by_service: JSON.stringify(rates) });
  }

  /** How many trace requests there were. */
  async requests(): Promise<number> {
    const value = exactJson(await this.#get('session/requests'));
    return Array.isArray(value) ? value.length : 0;
  }

  /** Counts of the checks that had an occasion to run. */
  async counts(): Promise<Readonly<Record<string, CheckCounts>>> {
    const value = exactJson(await this.#get('trace_check/summary'));
    if (!isSummary(value)) throw new Error('the summary is not an object');
    return value;
  }

  /** In words; empty if there are none. */
  async failures(): Promise<string> {
    const response = await this.#ask('trace_check/failures');
    return response.ok ? '' : response.text();
  }

  /** Spans by trace id, in decimal. */
  async traces(): Promise<ReadonlyMap<string, readonly TestAgentSpan[]>> {
    const value = exactJson(await this.#get('session/traces'));
    if (!areTraces(value)) throw new Error('the traces are not a list');
    return new Map(value.map((spans) => [String(spans[0]?.trace_id), spans]));
  }

  /**
   * @param file The path of the snapshot, without `.json`.
   * @returns what differs, in words; empty if nothing does.
   */
  async snapshot(file: string): Promise<string> {
    const response = await this.#ask('session/snapshot', { file });
    return response.ok ? '' : response.text();
  }

  async #get(path: string, query: Readonly<Record<string, string>> = {}): Promise<string> {
    const response = await this.#ask(path, query);
    const text = await response.text();
    if (!response.ok) throw new Error(`${path}: ${text}`);
    return text;
  }

  #ask(path: string, query: Readonly<Record<string, string>> = {}): Promise<Response> {
    const parameters = new URLSearchParams({ ...query, test_session_token: this.#token });
    return fetch(`${this.#url}/test/${path}?${parameters.toString()}`);
  }
}

/** Only what is said here: no proxy to a real Agent, no recordings, no settings of who runs this. */
function environment(options: TestAgentOptions): NodeJS.ProcessEnv {
  return {
    PATH: process.env['PATH'],
    PYTHONUNBUFFERED: '1',
    LOG_LEVEL: 'CRITICAL',
    ENABLED_CHECKS: CHECKS.join(','),
    DD_POOL_TRACE_CHECK_FAILURES: 'true',
    DISABLE_LLMOBS_DATA_FORWARDING: 'true',
    VCR_CI_MODE: 'true',
    SNAPSHOT_DIR: '.',
    SNAPSHOT_CI: options.writesSnapshots === true ? '0' : '1',
    SNAPSHOT_IGNORED_ATTRS: VOLATILE.join(','),
    SNAPSHOT_REMOVED_ATTRS: VOLATILE.join(','),
  };
}

/** What differs from run to run. All else is compared but for ids, which the test agent numbers anew. */
const VOLATILE = ['meta.runtime-id', 'metrics.process_id'];

function socketIn(directory: string): string {
  return join(directory, 'apm.socket');
}

/** @throws Error if it ends before, or takes too long. */
async function listening(stdout: Readable): Promise<void> {
  const lines = createInterface({ input: stdout });
  const late = AbortSignal.timeout(READY_MILLIS);
  late.addEventListener('abort', () => lines.close());
  let isReady = false;
  for await (const line of lines) {
    isReady = READY.test(line);
    if (isReady) break;
  }
  if (!isReady) throw new Error('the test agent does not listen');
  // What it prints from here on is of no interest, but must not fill the pipe.
  stdout.resume();
}

// What it answers is trusted to have the shape that it had when this was written: the tests compare
// every field.

function isSummary(value: unknown): value is Readonly<Record<string, CheckCounts>> {
  return typeof value === 'object' && value !== null;
}

function areTraces(value: unknown): value is readonly (readonly TestAgentSpan[])[] {
  return Array.isArray(value);
}
