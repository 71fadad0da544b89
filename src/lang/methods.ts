// Owns checking which methods a value from untyped JavaScript has. Knows nothing of what they do.

/** Whether `value` is an object with all of these methods. Throws what a getter of it throws. */
export function hasMethods(value: unknown, names: readonly string[]): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return names.every((name) => typeof Reflect.get(value, name) === 'function');
}
