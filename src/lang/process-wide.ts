// Owns what all copies of this package in a process share, `import` and `require` having one each: whichever
// asks first makes it. Knows nothing of what that is.

/**
 * What is kept in the process under `name`. Copies of other versions find it as well: whoever changes its shape
 * changes the name.
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
