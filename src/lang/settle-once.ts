// Owns the exactly-once rule: a result is delivered to its receiver the first time only. Knows
// nothing of what the result means.

/** Delivers the value of its first call only; returns whether this call was the first. */
export type Settle<T> = (value: T) => boolean;

/** Wraps `deliver` so that it runs once, whoever calls first. */
export function settleOnce<T>(deliver: (value: T) => void): Settle<T> {
  let pending: ((value: T) => void) | undefined = deliver;
  return (value) => {
    const first = pending;
    if (first === undefined) return false;
    pending = undefined;
    first(value);
    return true;
  };
}
