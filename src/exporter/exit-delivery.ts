// Owns what becomes of exports that are under way when the process ends: payloads without an answer are
// sent by other means, or counted as lost. Knows nothing of what ends the process.

import type { Diagnostics } from '../diagnostics.js';
import type { Clock } from '../lang/clock.js';
import { countOf } from '../lang/count-text.js';
import { reasonOf } from '../lang/reason-text.js';
import type { Ledger } from '../ledger.js';
import type { BlockedTime } from '../transport/blocking-sender.js';
import type { Sendable } from '../transport/connection.js';
import type { TriedOnce } from '../transport/send-outcome.js';
import type { UnansweredPayload } from './deliveries.js';
import { exportError, type Failure, failureOf, hasFailed } from './export-failure.js';
import type { ExportTask } from './export-task.js';

/** Sends while the event loop is blocked; the results are in the order of the payloads. */
type BlockingSend = (payloads: readonly Sendable[], time: BlockedTime) => readonly TriedOnce[];

export interface ExitDeliveryContext {
  readonly sendBlocking: BlockingSend;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly diagnostics: Diagnostics;
  /** The request, for messages: `PUT <where>`. */
  readonly request: string;
}

/** Share of the time that encoding may take, so that the rest is there to send. Most exports are encoded already. */
const ENCODING_SHARE = 0.5;

/** Takes the exports over from the event loop and delivers them in that time; nothing happens to them afterwards. */
export function deliverAtExit(
  tasks: Iterable<ExportTask>,
  context: ExitDeliveryContext,
  { timeoutMillis, limitMillis }: BlockedTime,
): void {
  const { clock, diagnostics, request } = context;
  const startMillis = clock.nowMillis();
  const encodeUntilMillis = startMillis + timeoutMillis * ENCODING_SHARE;
  const givenAway = [...tasks].map((task) => task.giveAway(encodeUntilMillis));
  const unanswered = givenAway.flatMap((one) => one.unanswered);
  const isWritten = (one: UnansweredPayload): boolean => one.isWritten;
  noteUnknown(unanswered.filter(isWritten), context);
  const unsent = unanswered.filter((one) => !isWritten(one));
  const takenMillis = clock.nowMillis() - startMillis;
  const left = {
    timeoutMillis: timeoutMillis - takenMillis,
    limitMillis: limitMillis - takenMillis,
  };
  const failures = [
    ...send(unsent, context, left), // first, as an answer tells more than that there was no time
    ...givenAway.flatMap(({ unencoded }) => unencoded ?? []),
  ];
  if (hasFailed(failures)) {
    const { lostSpans, message } = exportError(failures, request);
    diagnostics.warnOfLoss('exit', lostSpans, message);
  }
  diagnostics.warnOfHeldBack(request);
}

/** Sends the payloads and counts what becomes of them; returns those that failed. */
function send(
  unsent: readonly UnansweredPayload[],
  { sendBlocking, ledger }: ExitDeliveryContext,
  time: BlockedTime,
): readonly Failure[] {
  if (unsent.length === 0) return [];
  const tried = time.timeoutMillis > 0 ? sendOnce(unsent, sendBlocking, time) : [];
  return unsent.flatMap((one, index) => record(one, tried[index] ?? noTime(), ledger));
}

/** Counts what was written completely as `unknown`. It is not sent again: most probably the Agent has it. */
function noteUnknown(
  written: readonly UnansweredPayload[],
  { ledger, diagnostics, request }: ExitDeliveryContext,
): void {
  const spans = written.reduce((sum, { payload }) => sum + payload.spanCount, 0);
  if (spans === 0) return;
  for (const one of written) one.noteFailure(unknownOf(one));
  ledger.dropped('unknown', spans);
  diagnostics.warnOfTotal('unknown', spans, (total) => {
    const message = `the process ended before the Agent answered for ${countOf(total, 'span')}`;
    return `${request}: ${message}; whether it has them is not known`;
  });
}

/** What the callback of an export gets, if the process lives on after all. */
function unknownOf({ payload, attempts }: UnansweredPayload): Failure {
  const detail = 'the process ended first, and whether it has the spans is not known';
  return { kind: 'timeout', spans: payload.spanCount, attempts: attempts + 1, detail };
}

/**
 * The result of a payload that the process had no time left to send. Not a constant: Node 22 aborts the build of a
 * startup snapshot that holds an error.
 */
function noTime(): TriedOnce {
  const cause = new Error('the process ended first');
  return { outcome: { kind: 'broken', at: 'timeout', cause }, attempts: 0 };
}

function sendOnce(
  unsent: readonly UnansweredPayload[],
  sendBlocking: BlockingSend,
  time: BlockedTime,
): readonly TriedOnce[] {
  try {
    const payloads = unsent.map(({ payload }) => payload);
    return sendBlocking(payloads, time);
  } catch (error) {
    // Node's permission model may forbid worker threads.
    const cause = new Error(`no worker thread: ${reasonOf(error)}`, { cause: error });
    return unsent.map(() => ({ outcome: { kind: 'broken', at: 'connect', cause }, attempts: 0 }));
  }
}

/** Counts the result of a payload; returns the failure, if it is one. */
function record(
  { payload, attempts: earlier, noteFailure }: UnansweredPayload,
  { outcome, attempts }: TriedOnce,
  ledger: Ledger,
): readonly Failure[] {
  if (outcome.kind === 'accepted') {
    ledger.exported(payload.spanCount);
    return [];
  }
  const failure = failureOf(outcome, { attempts: earlier + attempts }, payload.spanCount);
  noteFailure(failure);
  ledger.dropped(failure.kind, failure.spans);
  return [failure];
}
