// Owns sending payloads while the event loop of this thread stands still, as it does when the process
// exits: a worker thread sends them, this one waits. Started late, so that it costs nothing before; a
// start and a request to an Agent on this machine take some 40 ms. Knows nothing of spans.

import type { AgentTarget } from '../agent-target.js';
import { generations } from '../generation.js';
import type { Clock } from '../lang/clock.js';
import { TRACES_PATH } from './agent-connection.js';
import { BLOCKING_SENDER_SOURCE, NO_ERRNO, NO_OUTCOME } from './blocking-sender-source.js';
import { breakPointOf } from './break-point.js';
import type { HeadersOf } from './request-headers.js';
import type { Sendable, SendOutcome } from './send-outcome.js';

export interface BlockingSenderSettings {
  readonly target: AgentTarget;
  readonly clock: Clock;
  readonly ca: string | undefined;
  readonly headersOf: HeadersOf;
  readonly maxConnections: number;
}

/** A wait that ends so much later than it should was ended by a thaw. */
const LATE_MILLIS = 100;

/**
 * Sends each payload once and waits for the answers, at most `timeoutMillis` altogether. The outcomes
 * are in the order of the payloads.
 *
 * @throws Error if Node allows no worker thread, or none that could send.
 */
export function sendBlocking(
  payloads: readonly Sendable[],
  timeoutMillis: number,
  settings: BlockingSenderSettings,
): readonly SendOutcome[] {
  const { clock, headersOf } = settings;
  if (generations().present.isOfSnapshot) {
    // From Node 22 on it aborts the process as soon as it loads `node:http`.
    throw new Error('none can send in a process that was started with a startup snapshot');
  }
  const deadlineMillis = clock.nowMillis() + timeoutMillis;
  const statuses = new Int32Array(new SharedArrayBuffer(4 * (payloads.length + 1)));
  const requests = payloads.map((payload) => ({ headers: headersOf(payload), body: payload.body }));
  // Loaded when it is needed: Node warns of it while a startup snapshot is built.
  const { Worker } = process.getBuiltinModule('node:worker_threads');
  const worker = new Worker(BLOCKING_SENDER_SOURCE, {
    eval: true, // no file, so that it works in bundles and single-executable applications
    execArgv: [],
    env: {}, // NODE_OPTIONS would preload the application's instrumentation
    workerData: { requests, statuses, ...connectionOf(settings) },
  });
  worker.on('error', () => undefined);
  waitForAll(statuses, deadlineMillis, clock);
  void worker.terminate();
  return payloads.map((_payload, index) => outcomeOf(statuses[index + 1], timeoutMillis));
}

/**
 * The first element counts the others that are set. The worker may have been frozen with this thread: it reads
 * what came meanwhile, before the time is taken for up.
 */
function waitForAll(statuses: Int32Array, deadlineMillis: number, clock: Clock): void {
  for (;;) {
    const settled = Atomics.load(statuses, 0);
    const leftMillis = deadlineMillis - clock.nowMillis();
    if (settled === statuses.length - 1) return;
    if (leftMillis > 0) Atomics.wait(statuses, 0, settled, leftMillis);
    else if (leftMillis > -LATE_MILLIS) return;
    else if (Atomics.wait(statuses, 0, settled, LATE_MILLIS) === 'timed-out') return;
  }
}

function outcomeOf(result: number = NO_OUTCOME, timeoutMillis: number): SendOutcome {
  if (result > NO_OUTCOME) {
    const reply = { status: result, ratesVersion: undefined, retryAfter: [], text: '' };
    return { kind: result >= 200 && result < 300 ? 'accepted' : 'rejected', reply };
  }
  if (result === NO_OUTCOME) {
    const cause = new Error(`no answer within ${Math.ceil(timeoutMillis)} ms`);
    return { kind: 'broken', at: 'timeout', cause };
  }
  if (result === NO_ERRNO) {
    return { kind: 'broken', at: 'socket', cause: new Error('at the end of the process') };
  }
  const code = process.getBuiltinModule('node:util').getSystemErrorName(result);
  const cause = new Error(`${code}, at the end of the process`);
  return { kind: 'broken', at: breakPointOf({ code }, false), cause };
}

/** What `http.request` needs to know. */
function connectionOf({ target, ca, maxConnections }: BlockingSenderSettings): object {
  if (target.transport === 'unix') {
    const { socketPath } = target;
    return { isSecure: false, maxConnections, options: { socketPath, path: TRACES_PATH } };
  }
  const { protocol, hostname, port } = new URL(target.origin);
  const host = hostname.replace(/^\[|\]$/g, ''); // an IPv6 address stands in brackets
  const path = target.basePath + TRACES_PATH;
  const isSecure = protocol === 'https:';
  return { isSecure, maxConnections, options: { host, port, path, ...(isSecure ? { ca } : {}) } };
}
