// Owns a running development Agent: starts it, shows what it received, and closes it. Neither
// judges payloads nor speaks HTTP itself.

import type { SampleRates } from './agent-reply.js';
import type { DevAgentOptions, WaitOptions } from './dev-agent-options.js';
import { ListenerPair } from './listener-pair.js';
import type { ReceivedRequest, ReceivedTrace } from './received-request.js';
import type { ReceivedSpan } from './received-span.js';
import { Recording } from './recording.js';
import { TraceIntake } from './trace-intake.js';
import type { Violation } from './violation.js';

/**
 * Plays the trace intake of a Datadog Agent, for demos and integration tests: decodes payloads as
 * strictly as the real one, says what it would refuse, drop, cut, fill in or set right (but not which characters it
 * would replace in names and services), and keeps the traces.
 *
 * The arrays grow while requests arrive; `reset()` replaces them by new ones.
 */
export interface DevAgent {
  /** `http://127.0.0.1:PORT`; `unix:///path` if there is no TCP listener. */
  readonly url: string;
  readonly tcpUrl: string | undefined;
  readonly unixUrl: string | undefined;
  /** Every trace request that arrived completely, in order, even while its reply is awaited. */
  readonly requests: readonly ReceivedRequest[];
  /** The spans of requests that were answered 2xx, by trace, in order of arrival. */
  readonly traces: readonly ReceivedTrace[];
  /** The spans of `traces`, in one list. */
  readonly spans: readonly ReceivedSpan[];
  /** Violations of all requests, in order; also of payloads too large to be among `requests`. */
  readonly violations: readonly Violation[];
  /**
   * Waits until there are at least `count` requests, and returns all of them.
   *
   * @throws {Error} at the deadline, or when the Agent is closed.
   */
  waitForRequests(count: number, options?: WaitOptions): Promise<readonly ReceivedRequest[]>;
  /**
   * Waits until there are at least `count` spans, and returns all of them.
   *
   * @throws {Error} at the deadline, or when the Agent is closed.
   */
  waitForSpans(count: number, options?: WaitOptions): Promise<readonly ReceivedSpan[]>;
  /** Forgets requests, spans and violations, also those of requests without a reply yet. */
  reset(): void;
  /** Stops listening and cuts all connections at once. Idempotent. */
  close(): Promise<void>;
  /** The same as `close()`. */
  [Symbol.asyncDispose](): Promise<void>;
}

const DEFAULT_RATES: SampleRates['byService'] = { 'service:,env:': 1 };
const DEFAULT_WAIT_MILLIS = 5000;

/**
 * Starts a development Agent.
 *
 * @throws {TypeError} for options that are no object; Error if a listener cannot be opened, then none is left open.
 */
export async function startDevAgent(options: DevAgentOptions = {}): Promise<DevAgent> {
  if (typeof options !== 'object' || options === null) {
    const got = String(options);
    throw new TypeError(
      `Expected \`options\` to be an object, as in \`{ port: 8126 }\`, got ${got}`,
    );
  }
  const recording = new Recording();
  const rates = { byService: options.sampleRates ?? DEFAULT_RATES, version: ratesVersion() };
  const intake = new TraceIntake({ recording, rates, respond: options.respond });
  const listeners = new ListenerPair(intake);
  try {
    await listeners.open(options);
  } catch (error) {
    await listeners.close();
    throw error;
  }
  return new RunningDevAgent(recording, listeners);
}

let starts = 0;

/** A version in the Agent's format: seconds in hex, and a number that tells those of one second apart. */
function ratesVersion(): string {
  return `${Math.floor(Date.now() / 1000).toString(16)}-${(++starts).toString(16)}`;
}

class RunningDevAgent implements DevAgent {
  readonly #recording: Recording;
  readonly #listeners: ListenerPair;
  #closed: Promise<void> | undefined;

  constructor(recording: Recording, listeners: ListenerPair) {
    this.#recording = recording;
    this.#listeners = listeners;
  }

  get url(): string {
    return this.tcpUrl ?? this.unixUrl ?? '';
  }

  get tcpUrl(): string | undefined {
    return this.#listeners.tcpUrl;
  }

  get unixUrl(): string | undefined {
    return this.#listeners.unixUrl;
  }

  get requests(): readonly ReceivedRequest[] {
    return this.#recording.requests;
  }

  get traces(): readonly ReceivedTrace[] {
    return this.#recording.traces;
  }

  get spans(): readonly ReceivedSpan[] {
    return this.#recording.spans;
  }

  get violations(): readonly Violation[] {
    return this.#recording.violations;
  }

  waitForRequests(count: number, options?: WaitOptions): Promise<readonly ReceivedRequest[]> {
    return this.#recording.waitForRequests(count, options?.timeoutMillis ?? DEFAULT_WAIT_MILLIS);
  }

  waitForSpans(count: number, options?: WaitOptions): Promise<readonly ReceivedSpan[]> {
    return this.#recording.waitForSpans(count, options?.timeoutMillis ?? DEFAULT_WAIT_MILLIS);
  }

  reset(): void {
    this.#recording.reset();
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    this.#recording.close();
    await this.#listeners.close();
  }
}
