// Owns the exactly-once rule: a result is delivered to its receiver the first time only. Knows
// nothing of what the result means.

/** Delivers the value of its first call only. */
export type Settle<T> = (value: T) => void;

/** Wraps `deliver` so that it runs once, whoever calls first. */
export function settleOnce<T>(deliver: (value: T) => void): Settle<T> {
  let pending: Settle<T> | undefined = deliver;
  return (value) => {
    const first = pending;
    pending = undefined;
    first?.(value);
  };
}
