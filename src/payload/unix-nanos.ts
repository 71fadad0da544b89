// Owns turning times of the SDK, `[seconds, nanoseconds]`, into integers of nanoseconds since 1970, which
// do not fit a JavaScript number. Pure functions.

type Time = readonly [seconds: number, nanos: number];

const MAX_INT64 = 2n ** 63n - 1n;
const NANOS_PER_SECOND = 1_000_000_000;
/** In the year 2255; an int64 of nanoseconds lasts until 2262. */
const MAX_SECONDS = 9_000_000_000;

/** The time as an int64; 0 for one before 1970, for which the Agent would take the present time. */
export function unixNanos(time: Time): bigint {
  return clamped(exactNanos(time));
}

/**
 * The time from `start` to `end`, also if either is before 1970; 0 if the end is before the start. Limited so that
 * start and duration together fit an int64, or the Agent would make it 0.
 */
export function durationNanos(start: Time, end: Time): bigint {
  const exact = clamped(exactNanos(end) - exactNanos(start));
  const longest = MAX_INT64 - unixNanos(start);
  return exact < longest ? exact : longest;
}

/** 0 for a time that is none, as of an invalid `Date`. The SDK may leave a fraction in the nanoseconds. */
function exactNanos([seconds, nanos]: Time): bigint {
  if (!Number.isFinite(seconds) || !Number.isFinite(nanos)) return 0n;
  return BigInt(Math.trunc(seconds)) * 1_000_000_000n + BigInt(Math.trunc(nanos));
}

function clamped(nanos: bigint): bigint {
  if (nanos > MAX_INT64) return MAX_INT64;
  return nanos < 0n ? 0n : nanos;
}

/** Whether it is a time that clocks show: as text, the seconds and then nine digits of nanoseconds. */
export function isUsualTime([seconds, nanos]: Time): boolean {
  return seconds >= 1 && seconds < MAX_SECONDS && nanos >= 0 && nanos < NANOS_PER_SECOND;
}
