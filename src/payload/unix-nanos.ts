// Owns times of the SDK, `[seconds, nanoseconds]`, as integers of nanoseconds since 1970, which do not
// fit a JavaScript number. Pure functions.

const MAX_INT64 = 2n ** 63n - 1n;
const NANOS_PER_SECOND = 1_000_000_000;
/** In the year 2255; an int64 of nanoseconds lasts until 2262. */
const MAX_SECONDS = 9_000_000_000;

/** As an int64; the SDK may leave a fraction in the nanoseconds. */
export function unixNanos(time: readonly [number, number]): bigint {
  const nanos = BigInt(Math.trunc(time[0])) * 1_000_000_000n + BigInt(Math.trunc(time[1]));
  if (nanos > MAX_INT64) return MAX_INT64;
  return nanos < 0n ? 0n : nanos; // before 1970 the Agent would say that it is now
}

/** Whether it is one that clocks show: as text, the seconds followed by nine digits of nanoseconds. */
export function isUsualTime([seconds, nanos]: readonly [number, number]): boolean {
  return seconds >= 1 && seconds < MAX_SECONDS && nanos >= 0 && nanos < NANOS_PER_SECOND;
}
