// Owns the exporter's options: their types, defaults, validation and precedence (code, then environment, then
// default). The only file that touches `process.env`, and only when one of its functions is called.

import { existsSync } from 'node:fs';
import type { MeterProvider } from '@opentelemetry/api';
import {
  type AgentTarget,
  describeTarget,
  parseAgentUrl,
  withoutCredentials,
} from './agent-target.js';
import { checkCertificates } from './configuration/certificates.js';
import { exposure } from './configuration/credentials.js';
import { type Environment, readEnvironment } from './configuration/environment.js';
import {
  checkAbsolutePath,
  checkBoolean,
  checkHeaders,
  checkInteger,
  checkMeterProvider,
  checkObject,
  checkSignal,
  checkText,
  checkTextRecord,
  expectation,
  type IntegerRange,
  TIMER,
  TIMER_OR_ZERO,
} from './configuration/option-checks.js';
import { type OptionNames, warnOfUnknownOptions } from './configuration/unknown-options.js';
import type { Warn } from './diagnostics.js';
import { handOn, type ProcessIdentity } from './fork/process-identity.js';
import type { Dispose } from './lang/clock.js';
import { reasonOf } from './lang/reason-text.js';

/** All are optional. The constructor throws for a value of the wrong type or range. */
export interface DatadogSpanExporterOptions {
  /**
   * Where the Agent listens: `http://`, `https://` or `unix:///path`.
   *
   * @default `DD_TRACE_AGENT_URL`, else `DD_AGENT_HOST` (127.0.0.1) and `DD_TRACE_AGENT_PORT` (8126) if either is set,
   * else `/var/run/datadog/apm.socket` if it exists, else `http://127.0.0.1:8126`
   */
  readonly url?: string | undefined;
  /**
   * Certificates to trust for `https:` instead of Node's own list, as PEM text: the content of a file, not its path.
   * @default Node's own list
   */
  readonly ca?: string | undefined;
  /** Service of spans that do not name their own. @default see the README, "Service, env, version" */
  readonly service?: string | undefined;
  /** Deployment environment, e.g. `prod`, of spans that do not name their own. @default as for `service` */
  readonly env?: string | undefined;
  /** Version of the service. @default as for `service` */
  readonly version?: string | undefined;
  /**
   * Tags of every span. They override OTel resource attributes, but not span attributes. `service`, `env` and
   * `version` in here stand in for the options of that name. @default none
   */
  readonly tags?: Readonly<Record<string, string>> | undefined;
  /**
   * Extra request headers; they replace the exporter's own. Headers that the request depends on, such as `Host` or
   * `Content-Type`, cannot be set: they throw a RangeError. @default none
   */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Longest time from `export()` to its callback; 1 to 2 147 483 647, like all times. @default 10000 */
  readonly timeoutMillis?: number | undefined;
  /**
   * Longest time to write a request, and then to wait for its answer. Connecting before that is limited by the same time,
   * or by `connectTimeoutMillis` if that is less. @default 3000
   */
  readonly attemptTimeoutMillis?: number | undefined;
  /**
   * Maximum number of attempts after the first for a payload that the Agent may accept later, within `timeoutMillis`;
   * 0 (no retries) to 100. @default 4
   */
  readonly maxRetries?: number | undefined;
  /** Longest time for connecting to the Agent. @default 1000 */
  readonly connectTimeoutMillis?: number | undefined;
  /** Longest wait of a `forceFlush()` that sets no limit of its own. @default 10000 */
  readonly flushTimeoutMillis?: number | undefined;
  /** Time that `shutdown()` grants to exports under way before it aborts them; may be 0. @default 1000 */
  readonly graceMillis?: number | undefined;
  /**
   * Largest request body, 1 024 to 26 214 399 (the Agent refuses 25 MiB). A value above `maxPendingBytes` is
   * lowered to that.
   * @default 4194304
   */
  readonly maxPayloadBytes?: number | undefined;
  /** Most encoded bytes that may wait for the Agent, 1 024 or more; spans beyond are dropped. @default 33554432 */
  readonly maxPendingBytes?: number | undefined;
  /** Connections to the Agent, 1 to 64, each with one request at a time. @default 2 */
  readonly maxConnections?: number | undefined;
  /**
   * Copies the last exception event of a failed span to `error.type`, `error.message` and `error.stack`, as Datadog's
   * own tracers do. Its message also becomes `error.msg` if no other error text is there. @default true
   */
  readonly exceptionTags?: boolean | undefined;
  /**
   * Passes the runtime id of this process to child processes, through the environment: their spans
   * carry `parent-runtime-id` and `root-runtime-id`. @default false
   */
  readonly propagateLineage?: boolean | undefined;
  /**
   * Absolute path of a file from which `undici` is resolved, before any other place; for bundles that do not contain
   * it and run elsewhere. @default none: resolved from the package, the script or the working directory
   */
  readonly requireFrom?: string | undefined;
  /**
   * Ends the exporter when it aborts: exports under way, and all later ones, fail with kind `aborted` and the
   * signal's reason. An idle exporter ends when it is next used. The signal may outlive the exporter.
   * @default none
   */
  readonly signal?: AbortSignal | undefined;
  /** Receives the exporter's own metrics, `otel.sdk.exporter.*`. @default none: no metrics */
  readonly selfObsMeterProvider?: MeterProvider | undefined;
}

/** The options given in code, with defaults for those that no environment variable can set; frozen. */
export interface CheckedOptions extends Omit<ResolvedOptions, 'target' | 'environment'> {
  readonly target: AgentTarget | undefined;
}

/** The options with environment and defaults applied; frozen, no member is optional. */
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

/** One that says where the Agent is. */
const AGENT_VARIABLE = /^DD_(?:TRACE_)?AGENT_/;
const DEFAULT_SOCKET = '/var/run/datadog/apm.socket';
const DEFAULT_URL = 'http://127.0.0.1:8126';
/** The Agent refuses a body of exactly 25 MiB, so the limit stays below it. */
const AGENT_LIMIT_BYTES = 25 * 1024 * 1024;
const PAYLOAD_RANGE: IntegerRange = { min: 1024, max: AGENT_LIMIT_BYTES - 1 };
const PENDING_RANGE: IntegerRange = { min: 1024, max: Number.MAX_SAFE_INTEGER };

/**
 * Checks and copies the options given in code, so that later changes to the object make no difference.
 *
 * @throws TypeError or RangeError for an option of the wrong type or range; an unknown one only causes a warning.
 */
export function checkOptions(options: DatadogSpanExporterOptions, warn: Warn): CheckedOptions {
  const isUrl = options instanceof URL || typeof options === 'string';
  if (isUrl) {
    const shown = withoutCredentials(String(options));
    throw new TypeError(expectation('options', 'an object, as in `{ url }`', shown));
  }
  checkObject(options);
  warnOfUnknownOptions('DatadogSpanExporter', options, KNOWN_OPTIONS, warn);
  const { service, env, version, ...tags } = checkTextRecord('tags', options.tags);
  return Object.freeze({
    target: targetOf(options.url),
    ca: checkCertificates('ca', options.ca),
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

/** Lets code win over the environment as it is now, and that over defaults. A bad variable only causes a warning. */
export function resolveOptions(options: CheckedOptions, warn: Warn): ResolvedOptions {
  const ignored: Parameters<Warn>[] = [];
  const environment = readEnvironment(process.env, process.execArgv, (...warning) =>
    ignored.push(warning),
  );
  const target = options.target ?? environment.target ?? defaultTarget();
  for (const [variable, message] of ignored) {
    const instead = AGENT_VARIABLE.test(variable) ? `; spans go to ${describeTarget(target)}` : '';
    warn(variable, message + instead);
  }
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

type Limit = keyof ResolvedOptions & (`${string}Millis` | `max${string}`);

function resolveLimits(options: DatadogSpanExporterOptions): Pick<ResolvedOptions, Limit> {
  const limit = (name: Limit, range: IntegerRange, otherwise: number): number =>
    checkInteger(name, options[name], range) ?? otherwise;
  return {
    timeoutMillis: limit('timeoutMillis', TIMER, 10_000),
    attemptTimeoutMillis: limit('attemptTimeoutMillis', TIMER, 3_000),
    maxRetries: limit('maxRetries', { min: 0, max: 100 }, 4),
    connectTimeoutMillis: limit('connectTimeoutMillis', TIMER, 1_000),
    flushTimeoutMillis: limit('flushTimeoutMillis', TIMER, 10_000),
    // Below the 1 600 ms after which PM2 kills a process that it stops.
    graceMillis: limit('graceMillis', TIMER_OR_ZERO, 1_000),
    maxPayloadBytes: limit('maxPayloadBytes', PAYLOAD_RANGE, 4 * 1024 * 1024),
    maxPendingBytes: limit('maxPendingBytes', PENDING_RANGE, 32 * 1024 * 1024),
    maxConnections: limit('maxConnections', { min: 1, max: 64 }, 2),
  };
}

/**
 * Whether PM2 started this process. Children that an application starts inherit PM2's variables, but do not run
 * PM2's container script; listening to messages in them would take the messages from the application.
 */
export function isUnderPm2(): boolean {
  const { pm_id: id, pm_exec_path: script } = process.env;
  if (id === undefined) return false;
  return script === undefined || /ProcessContainer(Fork)?\.js$/.test(process.argv[1] ?? '');
}

/** Whether AWS Lambda runs this process, by a variable that it sets in all of its runtimes. */
export function isOnLambda(): boolean {
  return process.env['AWS_LAMBDA_FUNCTION_NAME'] !== undefined;
}

/** Passes `identity` on to the processes that this one starts from now on, until disposed. */
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
    return false; // Node's permission model may forbid looking
  }
}
