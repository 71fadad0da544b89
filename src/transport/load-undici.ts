// Owns loading undici: on first use and never at import, because a startup snapshot cannot hold it
// and loading takes tens of milliseconds. Knows nothing of requests.

import { reasonOf } from '../errors.js';
import { isBuildingSnapshot } from '../snapshot-callbacks.js';

/** The part of undici that is used. */
export type Undici = Pick<typeof import('undici'), 'Client' | 'buildConnector'>;

/** This file in a CommonJS build or bundle; from there a restored snapshot can still resolve modules. */
const builtAs = ownFile();

let loading: Promise<Undici> | undefined;

/**
 * Loads undici once for the process. `requireFrom` is an absolute path of a file from which it can
 * be resolved where `import()` does not work, as in a restored snapshot.
 */
export function loadUndici(requireFrom: string | undefined): Promise<Undici> {
  loading ??= load(requireFrom).catch((error: unknown) => {
    loading = undefined; // the next export tries again
    throw error;
  });
  return loading;
}

/** Loads undici ahead of the first export; what fails here is reported by that export. */
export function preloadUndici(requireFrom: string | undefined): void {
  if (isBuildingSnapshot()) return;
  loadUndici(requireFrom).catch(() => undefined);
}

/** An async function, because a bundler's loader may throw where `import()` would reject. */
async function load(requireFrom: string | undefined): Promise<Undici> {
  try {
    // One literal import: bundlers inline what they can see.
    const loaded = await import(/* webpackMode: "eager" */ 'undici');
    // Some bundlers hand over a CommonJS module as `default` only.
    return typeof loaded.Client === 'function' ? loaded : loaded.default;
  } catch (error) {
    return requireUndici(requireFrom, error);
  }
}

/** @throws Error that says why `import()` failed, and why any undici that was found cannot be loaded. */
function requireUndici(requireFrom: string | undefined, imported: unknown): Undici {
  const { createRequire } = process.getBuiltinModule('node:module');
  const reasons = new Set([reasonOf(imported)]);
  // A function each, as the working directory may be gone.
  const bases = [
    () => requireFrom,
    () => builtAs,
    () => process.argv[1],
    () => `${process.cwd()}/index.js`,
  ];
  for (const baseOf of bases) {
    try {
      const base = baseOf();
      if (base === undefined) continue;
      const requireHere: (name: 'undici') => Undici = createRequire(base);
      return requireHere('undici');
    } catch (error) {
      if (!isNotThere(error)) reasons.add(reasonOf(error));
    }
  }
  const why = `${[...reasons].join('; ')}; bundle it, or set \`requireFrom\``;
  throw new Error(`undici could not be loaded: ${why}`, { cause: imported });
}

/** Whether the base is relative or has no undici, so that the next base may do. */
function isNotThere(error: unknown): boolean {
  if (typeof error !== 'object' || error === null || !('code' in error)) return false;
  return error.code === 'MODULE_NOT_FOUND' || error.code === 'ERR_INVALID_ARG_VALUE';
}

/** Without `typeof`, which webpack evaluates when it builds: its ES modules then use a variable they do not have. */
function ownFile(): string | undefined {
  try {
    return __filename;
  } catch {
    return undefined;
  }
}
