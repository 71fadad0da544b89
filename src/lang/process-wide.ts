// Owns the values that all copies of this package in a process share, because `import` and `require` have a copy
// each: whichever asks first makes the value. Knows nothing of what the values are.

/**
 * The value that the process keeps under `name`, told by a member. Copies of other versions find it as well: whoever
 * changes its shape must change the name.
 */
export function processWide<T extends object>(name: symbol, member: keyof T, make: () => T): T {
  const found: unknown = Reflect.get(globalThis, name);
  if (isOne(found, member)) return found;
  const made = make();
  Object.defineProperty(globalThis, name, { value: made, configurable: true });
  return made;
}

function isOne<T extends object>(found: unknown, member: keyof T): found is T {
  return typeof found === 'object' && found !== null && member in found;
}
