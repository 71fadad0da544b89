// Owns the exporter's options: what users may write, defaults, validation, and the order code,
// environment, default. The only file that touches `process.env`, and only when it is called.

import { existsSync } from 'node:fs';
import type { MeterProvider } from '@opentelemetry/api';
import { type AgentTarget, parseAgentUrl, withoutCredentials } from './agent-target.js';
import { exposure } from './credentials.js';
import { type Environment, readEnvironment, type WarnOfVariable } from './environment.js';
import { reasonOf } from './errors.js';
import type { Dispose } from './lang/clock.js';
import {
  checkAbsolutePath,
  checkBoolean,
  checkHeaders,
  checkInteger,
  checkMeterProvider,
  checkSignal,
  checkText,
  checkTextRecord,
  expectation,
  TIMER,
  TIMER_OR_ZERO,
} from './option-checks.js';
import { handOn, type ProcessIdentity } from './process-identity.js';
import { type OptionNames, warnOfUnknownOptions } from './unknown-options.js';

/** Every member is optional. A wrong type or range throws from the constructor. */
export interface DatadogSpanExporterOptions {
  /**
   * Where the Agent listens: `http://`, `https://` or `unix:///path`.
   *
   * @default `DD_TRACE_AGENT_URL`, else `DD_AGENT_HOST` (127.0.0.1) and `DD_TRACE_AGENT_PORT` (8126) if either is set, else
   * `/var/run/datadog/apm.socket` if it exists, else `http://127.0.0.1:8126`
   */
  readonly url?: string | undefined;
  /** PEM certificates to trust for `https:`, instead of Node's own list. @default Node's own list */
  readonly ca?: string | undefined;
  /** Service of every span that names none itself. @default see the README, "Service, env, version" */
  readonly service?: string | undefined;
  /** Deployment environment of every span, e.g. `prod`. @default as for `service` */
  readonly env?: string | undefined;
  /** Version of the service. @default as for `service` */
  readonly version?: string | undefined;
  /**
   * Tags of every span; they win over OTel resource attributes, not over span attributes. `service`,
   * `env` and `version` among them are the options of that name. @default none
   */
  readonly tags?: Readonly<Record<string, string>> | undefined;
  /**
   * Extra request headers. They replace those of the exporter, but for what the request depends on, such as `Host` or
   * `Content-Type`: such a header is a RangeError. @default none
   */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Longest time from `export()` to its callback; 1 to 2 147 483 647, as all times. @default 10000 */
  readonly timeoutMillis?: number | undefined;
  /** Longest time of one attempt, connecting included; waiting for a free connection is not. @default 3000 */
  readonly attemptTimeoutMillis?: number | undefined;
  /**
   * Attempts after the first for a payload that the Agent may take later, within `timeoutMillis`.
   * 0 turns retries off; 100 at most. @default 4
   */
  readonly maxRetries?: number | undefined;
  /** Longest time for connecting to the Agent. @default 1000 */
  readonly connectTimeoutMillis?: number | undefined;
  /** Longest time that `forceFlush()` waits unless it is told otherwise. @default 10000 */
  readonly flushTimeoutMillis?: number | undefined;
  /** Time that `shutdown()` grants to exports under way before it aborts them; may be 0. @default 1000 */
  readonly graceMillis?: number | undefined;
  /**
   * Largest request body, 1 024 to 26 214 399: the Agent refuses 25 MiB. A larger value than `maxPendingBytes`
   * counts as that.
   * @default 4194304
   */
  readonly maxPayloadBytes?: number | undefined;
  /** Most encoded bytes that may wait for the Agent, 1 024 or more; spans beyond are dropped. @default 33554432 */
  readonly maxPendingBytes?: number | undefined;
  /** Connections to the Agent, 1 to 64, each with one request at a time. @default 2 */
  readonly maxConnections?: number | undefined;
  /**
   * Copies the last exception event of a failed span to `error.type`, `error.message` and
   * `error.stack`, as Datadog's own tracers do. @default true
   */
  readonly exceptionTags?: boolean | undefined;
  /**
   * Hands the runtime id of this process to those that it starts, through its environment: their spans
   * carry `parent-runtime-id` and `root-runtime-id`. @default false
   */
  readonly propagateLineage?: boolean | undefined;
  /**
   * Absolute path of a file from which `undici` can be resolved; for bundles that leave it out and
   * run from somewhere else. @default none: from where the package is, the script or the working directory
   */
  readonly requireFrom?: string | undefined;
  /**
   * Ends the exporter when it aborts: exports under way fail with kind `aborted` and the reason of the
   * signal, and so do later ones. The signal may outlive the exporter. An exporter that is idle then ends
   * when it is used the next time. @default none
   */
  readonly signal?: AbortSignal | undefined;
  /** Where the exporter's own metrics go, `otel.sdk.exporter.*`. @default none are made */
  readonly selfObsMeterProvider?: MeterProvider | undefined;
}

/** What was said in code, with the defaults of what no variable can say; frozen. */
export interface CheckedOptions extends Omit<ResolvedOptions, 'target' | 'environment'> {
  readonly target: AgentTarget | undefined;
}

/** The options after environment and defaults; frozen, nothing optional. */
export interface ResolvedOptions {
  readonly target: AgentTarget;
  readonly ca: string | undefined;
  readonly service: string | undefined;
  readonly env: string | undefined;
  readonly version: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
  readonly environment: Environment;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMillis: number;
  readonly attemptTimeoutMillis: number;
  readonly maxRetries: number;
  readonly connectTimeoutMillis: number;
  readonly flushTimeoutMillis: number;
  readonly graceMillis: number;
  readonly maxPayloadBytes: number;
  readonly maxPendingBytes: number;
  readonly maxConnections: number;
  readonly exceptionTags: boolean;
  readonly propagateLineage: boolean;
  readonly requireFrom: string | undefined;
  readonly signal: AbortSignal | undefined;
  readonly selfObsMeterProvider: MeterProvider | undefined;
}

const DEFAULT_SOCKET = '/var/run/datadog/apm.socket';
const DEFAULT_URL = 'http://127.0.0.1:8126';
/** The Agent refuses a body of exactly 25 MiB, so the limit stays below it. */
const AGENT_LIMIT_BYTES = 25 * 1024 * 1024;

/**
 * Takes what was said in code as it is now: later changes to the object make no difference.
 *
 * @throws TypeError or RangeError for an option of the wrong type or range; an unknown one only warns.
 */
export function checkOptions(
  options: DatadogSpanExporterOptions,
  warn: WarnOfVariable,
): CheckedOptions {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    const got: unknown = options;
    const shown = typeof got === 'string' ? withoutCredentials(got) : got; // the URL, probably
    throw new TypeError(expectation('options', 'an object', shown));
  }
  warnOfUnknownOptions('DatadogSpanExporter', options, KNOWN_OPTIONS, warn);
  const { service, env, version, ...tags } = checkTextRecord('tags', options.tags);
  return Object.freeze({
    target: targetOf(options.url),
    ca: checkText('ca', options.ca),
    service: checkText('service', options.service) ?? checkText("tags['service']", service),
    env: checkText('env', options.env) ?? checkText("tags['env']", env),
    version: checkText('version', options.version) ?? checkText("tags['version']", version),
    tags,
    headers: checkHeaders('headers', options.headers),
    ...resolveLimits(options),
    exceptionTags: checkBoolean('exceptionTags', options.exceptionTags) ?? true,
    propagateLineage: checkBoolean('propagateLineage', options.propagateLineage) ?? false,
    requireFrom: checkAbsolutePath('requireFrom', options.requireFrom),
    signal: checkSignal('signal', options.signal),
    selfObsMeterProvider: checkMeterProvider('selfObsMeterProvider', options.selfObsMeterProvider),
  });
}

/** Resolves code over environment, as that is now, over default. A bad variable only warns. */
export function resolveOptions(options: CheckedOptions, warn: WarnOfVariable): ResolvedOptions {
  const environment = readEnvironment(process.env, warn);
  const target = options.target ?? environment.target ?? defaultTarget();
  const exposed = exposure({ target, headers: options.headers });
  if (exposed !== undefined) warn('credentials', exposed);
  return Object.freeze({ ...options, target, environment });
}

const KNOWN_OPTIONS: OptionNames<DatadogSpanExporterOptions> = {
  url: true,
  ca: true,
  service: true,
  env: true,
  version: true,
  tags: true,
  headers: true,
  timeoutMillis: true,
  attemptTimeoutMillis: true,
  maxRetries: true,
  connectTimeoutMillis: true,
  flushTimeoutMillis: true,
  graceMillis: true,
  maxPayloadBytes: true,
  maxPendingBytes: true,
  maxConnections: true,
  exceptionTags: true,
  propagateLineage: true,
  requireFrom: true,
  signal: true,
  selfObsMeterProvider: true,
};

type Limits = Pick<
  ResolvedOptions,
  | 'timeoutMillis'
  | 'attemptTimeoutMillis'
  | 'maxRetries'
  | 'connectTimeoutMillis'
  | 'flushTimeoutMillis'
  | 'graceMillis'
  | 'maxPayloadBytes'
  | 'maxPendingBytes'
  | 'maxConnections'
>;

function resolveLimits(options: DatadogSpanExporterOptions): Limits {
  const payloadRange = { min: 1024, max: AGENT_LIMIT_BYTES - 1 };
  const pendingRange = { min: 1024, max: Number.MAX_SAFE_INTEGER };
  return {
    timeoutMillis: checkInteger('timeoutMillis', options.timeoutMillis, TIMER) ?? 10_000,
    attemptTimeoutMillis:
      checkInteger('attemptTimeoutMillis', options.attemptTimeoutMillis, TIMER) ?? 3_000,
    maxRetries: checkInteger('maxRetries', options.maxRetries, { min: 0, max: 100 }) ?? 4,
    connectTimeoutMillis:
      checkInteger('connectTimeoutMillis', options.connectTimeoutMillis, TIMER) ?? 1_000,
    flushTimeoutMillis:
      checkInteger('flushTimeoutMillis', options.flushTimeoutMillis, TIMER) ?? 10_000,
    // Below the 1 600 ms after which PM2 kills a process that it stops.
    graceMillis: checkInteger('graceMillis', options.graceMillis, TIMER_OR_ZERO) ?? 1_000,
    maxPayloadBytes:
      checkInteger('maxPayloadBytes', options.maxPayloadBytes, payloadRange) ?? 4 * 1024 * 1024,
    maxPendingBytes:
      checkInteger('maxPendingBytes', options.maxPendingBytes, pendingRange) ?? 32 * 1024 * 1024,
    maxConnections:
      checkInteger('maxConnections', options.maxConnections, { min: 1, max: 64 }) ?? 2,
  };
}

/**
 * Whether PM2 started this process. Children that an application starts inherit PM2's variables, but
 * do not run its container; listening to messages there would take them from the application.
 */
export function isUnderPm2(): boolean {
  const { pm_id: id, pm_exec_path: script } = process.env;
  if (id === undefined) return false;
  return script === undefined || /ProcessContainer(Fork)?\.js$/.test(process.argv[1] ?? '');
}

/** Leaves `identity` to the processes that this one starts from now on, until it is disposed. */
export function handOnLineage(identity: ProcessIdentity): Dispose {
  return handOn(identity, () => process.env);
}

function targetOf(url: unknown): AgentTarget | undefined {
  const inCode = checkText('url', url);
  if (inCode === undefined) return undefined;
  try {
    return parseAgentUrl(inCode);
  } catch (error) {
    const wanted = `an Agent URL (${reasonOf(error)})`;
    throw new RangeError(expectation('url', wanted, withoutCredentials(inCode)));
  }
}

function defaultTarget(): AgentTarget {
  return hasDefaultSocket()
    ? { transport: 'unix', socketPath: DEFAULT_SOCKET }
    : parseAgentUrl(DEFAULT_URL);
}

function hasDefaultSocket(): boolean {
  try {
    return existsSync(DEFAULT_SOCKET);
  } catch {
    return false; // the permission model of Node lets nobody look
  }
}
