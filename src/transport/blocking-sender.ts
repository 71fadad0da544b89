// Owns sending payloads while the event loop of this thread stands still, as it does when the process
// exits: a worker thread sends them while this one waits. The worker is started only then, so that it costs
// nothing before. Knows nothing of spans.

import { type AgentTarget, hostAndPort, tracesPath } from '../agent-target.js';
import { isOfSnapshot } from '../fork/snapshot-callbacks.js';
import type { Clock } from '../lang/clock.js';
import {
  CONNECTED,
  FAILED,
  GIVEN_UP,
  MAX_CODE_BYTES,
  NO_OUTCOME,
  STARTED,
} from './blocking-sender-source.js';
import { giveToThread } from './blocking-thread.js';
import { breakPointOf } from './break-point.js';
import type { Sendable } from './connection.js';
import { outcomeOf } from './reply.js';
import type { HeadersOf } from './request-headers.js';
import type { SendOutcome, TriedOnce } from './send-outcome.js';
import { trustedAuthorities } from './trusted-authorities.js';

/** How long the event loop may be blocked. */
export interface BlockedTime {
  /** Longest time without the start of a thread. */
  readonly timeoutMillis: number;
  /** Longest time with it. */
  readonly limitMillis: number;
}

interface BlockingSenderSettings {
  readonly target: AgentTarget;
  readonly clock: Clock;
  readonly ca: string | undefined;
  /** The worker has no environment to read it from. */
  readonly environment: { readonly rejectUnauthorized: boolean; readonly usesOpensslCa: boolean };
  readonly headersOf: HeadersOf;
  readonly maxConnections: number;
}

/** How far a request had come when its time was up. */
const LACKING: ReadonlyMap<number, string> = new Map([
  [NO_OUTCOME, 'not begun'],
  [STARTED, 'no connection'],
  [CONNECTED, 'no answer'],
]);

/** A wait that ends this much later than it should lasted through a freeze of the process. */
const LATE_MILLIS = 100;

/**
 * Sends each payload once and waits for the answers, at most `timeoutMillis` altogether once the thread is up. None
 * that has not begun by then is sent. The outcomes are in the order of the payloads.
 *
 * @throws Error if Node allows no worker thread, or none that could send.
 */
export function sendBlocking(
  payloads: readonly Sendable[],
  { timeoutMillis, limitMillis }: BlockedTime,
  settings: BlockingSenderSettings,
): readonly TriedOnce[] {
  const { clock, headersOf } = settings;
  if (isOfSnapshot()) {
    // From Node 22 on, a worker would abort the process as soon as it loads `node:http`.
    throw new Error('none can send in a process that was started with a startup snapshot');
  }
  const endMillis = clock.nowMillis() + limitMillis;
  const statuses = new Int32Array(new SharedArrayBuffer(4 * (payloads.length + 1)));
  const codes = new Uint8Array(new SharedArrayBuffer(MAX_CODE_BYTES * payloads.length));
  const requests = payloads.map((payload) => ({ headers: headersOf(payload), body: payload.body }));
  giveToThread({ requests, statuses, codes, ...connectionOf(settings) }, limitMillis);
  waitForAll(statuses, Math.min(clock.nowMillis() + timeoutMillis, endMillis), clock);
  return payloads.map((_payload, index) => {
    const status = Atomics.compareExchange(statuses, index + 1, NO_OUTCOME, GIVEN_UP);
    const outcome =
      status === FAILED ? failed(codeAt(codes, index)) : answered(status, timeoutMillis);
    return { outcome, attempts: status === NO_OUTCOME ? 0 : 1 };
  });
}

/**
 * The first element counts the requests that have settled. The worker may have been frozen with this thread, so
 * it may first read what came meanwhile, before the time counts as up.
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

function codeAt(codes: Uint8Array, index: number): string {
  const start = index * MAX_CODE_BYTES;
  return Buffer.from(codes.slice(start, start + MAX_CODE_BYTES))
    .toString('latin1')
    .replace(/\0+$/, '');
}

function failed(code: string): SendOutcome {
  const error = new Error(`${code || 'no answer'}, at the end of the process`);
  if (code === '') return { kind: 'broken', at: 'socket', cause: error };
  const cause = Object.assign(error, { code });
  return { kind: 'broken', at: breakPointOf(cause, false), cause };
}

function answered(status: number, timeoutMillis: number): SendOutcome {
  const lacking = LACKING.get(status);
  if (lacking === undefined) {
    return outcomeOf({ status, ratesVersion: undefined, retryAfter: [], text: '' });
  }
  const cause = new Error(`${lacking} within ${Math.ceil(timeoutMillis)} ms`);
  return { kind: 'broken', at: 'timeout', cause };
}

/** What the worker needs to know to connect. */
function connectionOf(settings: BlockingSenderSettings): object {
  const { target, ca, environment, maxConnections } = settings;
  const path = tracesPath(target);
  if (target.transport === 'unix') {
    const { socketPath } = target;
    return { isSecure: false, maxConnections, options: { socketPath, path } };
  }
  const { host, port } = hostAndPort(target);
  const isSecure = target.origin.startsWith('https:');
  const { rejectUnauthorized, usesOpensslCa } = environment;
  const trust = isSecure ? { ca: ca ?? trustedAuthorities(usesOpensslCa), rejectUnauthorized } : {};
  return { isSecure, maxConnections, options: { host, port, path, ...trust } };
}
