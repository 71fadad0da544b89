// Owns the objects that tags are collected in. Knows nothing of what the tags mean.

/** Stands for tags that were not sent; shared, so that many empty spans cost little. */
export const NO_TAGS: Readonly<Record<string, never>> = Object.freeze(emptyRecord<never>());

/**
 * An empty object without a prototype: a tag may be called `__proto__` or `constructor` and must
 * be stored like any other.
 */
export function emptyRecord<Value>(): Record<string, Value> {
  const record: Record<string, Value> = {};
  Object.setPrototypeOf(record, null);
  return record;
}
