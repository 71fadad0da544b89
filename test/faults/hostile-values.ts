// Owns values that no tracer should hand over, but some do. Knows nothing of what becomes of them.

/** Whatever it is read for. */
export function fail(): never {
  throw new Error('hostile');
}

/** An object that contains itself. */
export function cyclic(): object {
  const made: Record<string, unknown> = { name: 'ring' };
  made['self'] = made;
  return made;
}

/** Objects in objects, a thousand of them. */
export function deep(): object {
  let made: object = {};
  for (let depth = 0; depth < 1_000; depth++) made = { in: made };
  return made;
}

/** Answers to nothing any more. */
export function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

/** Throws when a member is read or looked for, and when its keys are listed. */
export function throwing(): object {
  return new Proxy({}, { get: fail, has: fail, ownKeys: fail, getPrototypeOf: fail });
}

/** `length` characters, with half of a surrogate pair at both ends. */
export function broken(length: number): string {
  return length === 1 ? '\uD83D' : `\uDE00${'x'.repeat(length - 2)}\uD83D`;
}

/** A list that is mostly empty. */
export function sparse(): readonly unknown[] {
  const made: unknown[] = [];
  made[3] = 'last';
  return made;
}
