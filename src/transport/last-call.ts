// Owns until when a payload that has waited for its connection is worth sending. Knows nothing of how it waits.

/**
 * An attempt that is cut when its export times out closes its connection: many exports that time out together would
 * open one each, see `last-call.test.ts`.
 */
const LEAST_MILLIS = 50;
/** The same as a share of the time that the export has, if that is little. */
const LEAST_SHARE = 0.1;
/**
 * Times that the Agent takes for an answer. Where it is slower than spans are made, each payload would be sent just too
 * late otherwise: without this, 12 of 40 answers in `last-call.test.ts` come in time.
 */
const ANSWERS = 1.5;
/** A payload that has waited for less than this share of its time is sent, however slow the Agent is. */
const PATIENT_SHARE = 0.5;

/** From when on an export has its payloads, and when it times out, by the same clock. */
export interface ExportTime {
  readonly startMillis: number;
  readonly endMillis: number;
}

/** Moment of the clock after which the payload gives way to others, where an answer takes `answerMillis`. */
export function lastCallMillis(time: ExportTime, answerMillis: number): number {
  return momentBefore(time, answerMillis * ANSWERS);
}

/** Moment of the clock after which its answer would come too late, where an answer takes `answerMillis`. */
export function lastHopeMillis(time: ExportTime, answerMillis: number): number {
  return momentBefore(time, answerMillis);
}

/** Moment of the clock after which it is not sent any more, even if nothing else waits. */
export function latestMillis({ startMillis, endMillis }: ExportTime): number {
  return endMillis - Math.min(LEAST_MILLIS, (endMillis - startMillis) * LEAST_SHARE);
}

function momentBefore(time: ExportTime, neededMillis: number): number {
  const { startMillis, endMillis } = time;
  const needed = Math.min(neededMillis, (endMillis - startMillis) * PATIENT_SHARE);
  return Math.min(endMillis - needed, latestMillis(time));
}
