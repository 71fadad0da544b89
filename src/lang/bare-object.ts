// Owns objects whose members are their own only. Knows nothing of what they say.

/**
 * The object itself, without a prototype: whoever reads a member that it does not have finds none, not even one
 * that others have added to `Object.prototype`.
 */
export function bare<T extends object>(literal: T): T {
  Object.setPrototypeOf(literal, null);
  return literal;
}
