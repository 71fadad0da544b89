// Owns what may be expected of a payload that waits for a connection, were it sent now. Knows nothing of how it waits.

/**
 * An attempt that is cut when its export times out closes its connection: many exports that time out together would
 * open one each, see `prospect.test.ts`.
 */
const LEAST_MILLIS = 50;
/** The same as a share of the time that the export has, if that is little. */
const LEAST_SHARE = 0.1;
/**
 * Times that the Agent takes for an answer. Where it is slower than spans are made, each payload would be sent just too
 * late otherwise, see `send-order.test.ts`.
 */
const ANSWERS = 1.5;
/** Of a payload with more than this share of its time left much is expected, however slow the Agent is. */
const EARLY_SHARE = 0.5;

/** From when on an export has its payloads, and when it times out, by the same clock. */
export interface ExportTime {
  readonly startMillis: number;
  readonly endMillis: number;
}

/**
 * - `good`: an answer in time;
 * - `doubtful`: an answer in time if it is no slower than the last ones;
 * - `bad`: an answer in time only if the Agent has become faster;
 * - `none`: that the request is cut.
 */
export type Prospect = 'good' | 'doubtful' | 'bad' | 'none';

/** The prospect at `nowMillis`, where an answer takes `answerMillis`. */
export function prospectOf(time: ExportTime, nowMillis: number, answerMillis: number): Prospect {
  const wholeMillis = time.endMillis - time.startMillis;
  const leftMillis = time.endMillis - nowMillis;
  if (leftMillis < Math.min(LEAST_MILLIS, wholeMillis * LEAST_SHARE)) return 'none';
  const isEarly = leftMillis >= wholeMillis * EARLY_SHARE;
  if (isEarly || leftMillis >= longestMillis(answerMillis)) return 'good';
  return leftMillis >= answerMillis ? 'doubtful' : 'bad';
}

/** How long an answer may be waited for before it takes longer than usual. */
export function longestMillis(answerMillis: number): number {
  return answerMillis * ANSWERS;
}
