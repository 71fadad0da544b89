// Owns the values that all copies of this package in a process share, because `import` and `require` have a copy
// each: whichever asks first makes the value. Knows nothing of what the values are.

/**
 * The value that the process keeps under `name`. Copies of other versions find it as well: whoever changes its
 * shape must change the name.
 */
export function processWide<T>(
  name: symbol,
  isOne: (found: unknown) => found is T,
  make: () => T,
): T {
  const found: unknown = Reflect.get(globalThis, name);
  if (isOne(found)) return found;
  const made = make();
  Object.defineProperty(globalThis, name, { value: made, configurable: true });
  return made;
}
