// Owns reading objects that users made: a getter or a proxy that throws costs its entry, not more.

/** The own enumerable entries that can be read; none of a value that is no object. */
export function readableEntries(object: unknown): [key: string, value: unknown][] {
  const entries: [string, unknown][] = [];
  for (const key of readableKeys(object)) {
    try {
      entries.push([key, Reflect.get(Object(object), key)]);
    } catch {
      // The getter threw; the other entries are worth having.
    }
  }
  return entries;
}

/** The value of an own property; `undefined` also if it cannot be read. */
export function readableValue(object: object, key: string): unknown {
  try {
    return Object.hasOwn(object, key) ? Reflect.get(object, key) : undefined;
  } catch {
    return undefined;
  }
}

/** The own enumerable keys; none if they cannot be read. */
export function readableKeys(object: unknown): string[] {
  try {
    return typeof object === 'object' && object !== null ? Object.keys(object) : [];
  } catch {
    return []; // a proxy that is revoked or throws
  }
}
