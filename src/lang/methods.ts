// Owns the question what can be called on a value that comes from JavaScript. Knows nothing of what it is for.

/** Whether it is an object with all of these methods. May throw what a getter of it throws. */
export function hasMethods(value: unknown, names: readonly string[]): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return names.every((name) => typeof Reflect.get(value, name) === 'function');
}
