// Owns one process of the traced service: starting it as its owner would, asking it, ending it. Judges
// nothing.

import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { inject } from 'vitest';
import { plainEnvironment } from '../../test/support/plain-environment.js';
import { type SdkLine, serviceOf, TRACE_SDKS } from './sdk-line.js';

export type ModuleFormat = 'cjs' | 'mjs';

export interface TracedServiceOptions {
  readonly line: SdkLine;
  readonly format: ModuleFormat;
  /** See `startTracing` in service/start-tracing.cjs. */
  readonly pipeline: 'exporter' | 'sdk' | 'safe' | 'own';
  readonly agentUrl: string;
  /** Of one export. */
  readonly exportTimeoutMillis?: number;
}

/** A span as the SDK ended it. */
export interface WitnessedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentId?: string;
  readonly name: string;
  readonly scope: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}

export interface ServiceEnd {
  /** The exit code, or the signal that ended it. */
  readonly ended: number | string;
  readonly stderr: string;
  readonly witnessed: readonly WitnessedSpan[];
}

const LIFE_MILLIS = 30_000;

/** `module.register()`, which OpenTelemetry tells users of ES modules to call, is deprecated in Node 26. */
const FLAGS: Readonly<Record<ModuleFormat, readonly string[]>> = {
  cjs: ['--require', './tracing.cjs', 'service.cjs'],
  mjs: ['--disable-warning=DEP0205', '--import', './tracing.mjs', 'service.mjs'],
};

const REQUESTS: readonly (readonly [path: string, status: number])[] = [
  ['/carts/7', 200],
  ['/carts/8', 200],
  ['/broken', 500],
];

export class TracedService implements AsyncDisposable {
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  readonly #ended: Promise<ServiceEnd>;
  readonly #port: number;

  private constructor(
    child: ChildProcessByStdio<null, Readable, Readable>,
    ended: Promise<ServiceEnd>,
    port: number,
  ) {
    this.#child = child;
    this.#ended = ended;
    this.#port = port;
  }

  /** @throws Error with what it wrote if it ends before it serves. */
  static async start(options: TracedServiceOptions): Promise<TracedService> {
    const child = spawn(process.execPath, ['--trace-warnings', ...FLAGS[options.format]], {
      cwd: serviceOf(options.line),
      env: { ...plainEnvironment(), ...environmentOf(options) },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: LIFE_MILLIS,
      killSignal: 'SIGKILL',
    });
    const lines = createInterface({ input: child.stdout });
    const witnessed: WitnessedSpan[] = [];
    const port = new Promise<number>((resolve) => {
      lines.on('line', (line) => {
        const said: unknown = JSON.parse(line);
        if (isWitnessed(said)) witnessed.push(said);
        else if (isReady(said)) resolve(said.port);
      });
    });
    const ended = endOf(child, witnessed);
    const failed = ended.then(({ stderr }) => {
      throw new Error(`the service ended: ${stderr}`);
    });
    return new TracedService(child, ended, await Promise.race([port, failed]));
  }

  async get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<number> {
    const response = await fetch(`http://127.0.0.1:${this.#port}${path}`, { headers });
    await response.text();
    return response.status;
  }

  /** Asks it to end, and waits until it has. */
  async stop(): Promise<ServiceEnd> {
    this.#child.kill('SIGTERM');
    return this.#ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }
}

/**
 * The whole life of a service that is asked three things.
 *
 * @throws Error if it answers otherwise than it should.
 */
export async function serveThree(options: TracedServiceOptions): Promise<ServiceEnd> {
  await using service = await TracedService.start(options);
  for (const [path, expected] of REQUESTS) {
    const status = await service.get(path);
    if (status !== expected) throw new Error(`${path}: ${status}`);
  }
  return await service.stop();
}

async function endOf(
  child: ChildProcessByStdio<null, Readable, Readable>,
  witnessed: readonly WitnessedSpan[],
): Promise<ServiceEnd> {
  const [stderr] = await Promise.all([text(child.stderr), once(child, 'close')]);
  return { ended: child.exitCode ?? child.signalCode ?? 'unknown', stderr, witnessed };
}

function environmentOf(options: TracedServiceOptions): Readonly<Record<string, string>> {
  const { line, pipeline, agentUrl, exportTimeoutMillis = 10_000 } = options;
  return {
    PIPELINE: pipeline,
    TRACE_SDK: TRACE_SDKS[line],
    EXPORT_TIMEOUT_MILLIS: String(exportTimeoutMillis),
    PGHOST: 'localhost',
    PGPORT: String(inject('postgresPort')),
    PGUSER: 'shop',
    PGDATABASE: 'postgres',
    DD_TRACE_AGENT_URL: agentUrl,
    DD_ENV: 'prod',
    DD_VERSION: '1.2.3',
    OTEL_SERVICE_NAME: 'shop',
    OTEL_LOG_LEVEL: 'warn',
    OTEL_METRICS_EXPORTER: 'none',
    OTEL_LOGS_EXPORTER: 'none',
    // The detectors of clouds ask addresses outside the machine.
    OTEL_NODE_RESOURCE_DETECTORS: 'env,host,os,process',
  };
}

function isReady(value: unknown): value is { readonly port: number } {
  return typeof value === 'object' && value !== null && 'port' in value;
}

function isWitnessed(value: unknown): value is WitnessedSpan {
  return typeof value === 'object' && value !== null && 'spanId' in value;
}
