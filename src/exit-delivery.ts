// Owns what becomes of exports when the process ends under them: what no answer has come for is sent
// once more by other means, or counted as lost. Knows nothing of what ends the process.

import type { UnansweredPayload } from './deliveries.js';
import type { Diagnostics } from './diagnostics.js';
import { countOf, reasonOf } from './errors.js';
import { exportError, type Failure, failureOf, hasFailed } from './export-failure.js';
import type { ExportTask } from './export-task.js';
import type { Ledger } from './ledger.js';
import type { Sendable, SendOutcome } from './transport/send-outcome.js';

/** Sends while the event loop stands still; the outcomes are in the order of the payloads. */
export interface BlockingSend {
  (payloads: readonly Sendable[], timeoutMillis: number): readonly SendOutcome[];
}

export interface ExitDeliveryContext {
  readonly sendBlocking: BlockingSend;
  readonly ledger: Ledger;
  readonly diagnostics: Diagnostics;
  /** `PUT <where>`, for messages. */
  readonly request: string;
}

/** Takes the exports over from the event loop; nothing becomes of them afterwards. */
export function deliverAtExit(
  tasks: Iterable<ExportTask>,
  context: ExitDeliveryContext,
  timeoutMillis: number,
): void {
  const unanswered = [...tasks].flatMap((task) => task.takeOver());
  const isWritten = (one: UnansweredPayload): boolean => one.isWritten;
  noteUnknown(unanswered.filter(isWritten), context);
  const unsent = unanswered.filter((one) => !isWritten(one));
  if (unsent.length === 0) return;
  const outcomes = outcomesOf(unsent, context.sendBlocking, timeoutMillis);
  const failures = unsent.flatMap((one, index) => record(one, outcomes[index], context.ledger));
  if (!hasFailed(failures)) return;
  context.diagnostics.warn('exit', exportError(failures, context.request).message);
}

/** A request that left this process whole is not sent again: the Agent has it, most probably. */
function noteUnknown(
  written: readonly UnansweredPayload[],
  { ledger, diagnostics }: ExitDeliveryContext,
): void {
  const spans = written.reduce((sum, { payload }) => sum + payload.spanCount, 0);
  if (spans === 0) return;
  ledger.dropped('unknown', spans);
  const message = `the process ended before the Agent had answered for ${countOf(spans, 'span')}`;
  diagnostics.warn('unknown', `${message}; whether they were accepted is not known`);
}

function outcomesOf(
  unsent: readonly UnansweredPayload[],
  sendBlocking: BlockingSend,
  timeoutMillis: number,
): readonly SendOutcome[] {
  try {
    return sendBlocking(
      unsent.map(({ payload }) => payload),
      timeoutMillis,
    );
  } catch (error) {
    // Node's permission model may forbid worker threads.
    const cause = new Error(`no worker thread: ${reasonOf(error)}`, { cause: error });
    return unsent.map(() => ({ kind: 'broken', at: 'connect', cause }));
  }
}

/** The failure, if it is one. */
function record(
  { payload, attempts }: UnansweredPayload,
  outcome: SendOutcome = { kind: 'cancelled', attempts: 0 },
  ledger: Ledger,
): readonly Failure[] {
  if (outcome.kind === 'accepted') {
    ledger.exported(payload.spanCount);
    return [];
  }
  const result = { attempts: attempts + 1, cancellation: undefined, earlier: undefined };
  const failure = failureOf(outcome, { ...result, outcome }, payload.spanCount);
  ledger.dropped(failure.kind, failure.spans);
  return [failure];
}
