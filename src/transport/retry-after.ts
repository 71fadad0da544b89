// Owns reading how long the Agent asks to wait. Knows nothing of who waits.
// Source: RFC 9110, section 10.2.3.

const SECONDS = /^\d+$/;
/** All three forms of an HTTP date begin with the day; `Date.parse` alone would take "-5" for 2001. */
const DATE = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)/;

/**
 * Milliseconds to wait, 0 for a time that has passed; the longest, if there are several headers.
 * `undefined` if none can be understood.
 */
export function retryAfterMillis(
  values: readonly string[],
  nowUnixMillis: number,
): number | undefined {
  const delays = values.flatMap((value) => delayMillis(value.trim(), nowUnixMillis) ?? []);
  return delays.length === 0 ? undefined : Math.max(...delays);
}

function delayMillis(value: string, nowUnixMillis: number): number | undefined {
  if (SECONDS.test(value)) return Number(value) * 1_000;
  // The oldest form names no zone, and `Date.parse` would take it for local time.
  const date = value.endsWith('GMT') ? value : `${value} GMT`;
  const unixMillis = DATE.test(value) ? Date.parse(date) : Number.NaN;
  return Number.isNaN(unixMillis) ? undefined : Math.max(unixMillis - nowUnixMillis, 0);
}
