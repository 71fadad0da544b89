// Owns loading undici: on first use and never at import, because a startup snapshot cannot hold it
// and loading takes tens of milliseconds. Knows nothing of requests.

import { isBuildingSnapshot } from '../fork/snapshot-callbacks.js';
import { reasonOf } from '../lang/reason-text.js';
import { errorCodeOf } from './break-point.js';

/** The part of undici that is used. */
export type Undici = Pick<typeof import('undici'), 'Client' | 'buildConnector'>;

/** This file in a CommonJS build or bundle; from there a restored snapshot can still resolve modules. */
const builtAs = ownFile();

let loading: Promise<Undici> | undefined;

/**
 * Loads undici once for the process. `requireFrom` is an absolute path of a file from which it is
 * resolved, as where `import()` does not work in a restored snapshot.
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

/**
 * What `requireFrom` finds comes first: where the package is, there may be one that is too old. An async function,
 * because a bundler's loader may throw where `import()` would reject.
 */
async function load(requireFrom: string | undefined): Promise<Undici> {
  // Not at once: a process that starts with a snapshot renews the exporter before Node has set up its loaders, and
  // Node ends a process that requires a module by then (ERR_INTERNAL_ASSERTION).
  await Promise.resolve();
  const reasons = new Set<string>();
  try {
    if (requireFrom !== undefined) return requireUndici(requireFrom);
  } catch (error) {
    const why = isNotThere(error) ? 'has no undici' : reasonOf(error);
    reasons.add(`\`requireFrom\` (${requireFrom}): ${why}`);
  }
  try {
    // One literal import: bundlers inline what they can see.
    const loaded = await import(/* webpackMode: "eager" */ 'undici');
    // Some bundlers hand over a CommonJS module as `default` only.
    return typeof loaded.Client === 'function' ? loaded : loaded.default;
  } catch (error) {
    reasons.add(reasonOf(error));
    const found = searchUndici(reasons);
    if (found !== undefined) return found;
    const advice = requireFrom === undefined ? 'bundle it, or set `requireFrom`' : 'bundle it';
    const why = [...reasons, advice].join('; ');
    throw new Error(`undici could not be loaded: ${why}`, { cause: error });
  }
}

/** Adds to `reasons` why any undici that is there cannot be loaded. */
function searchUndici(reasons: Set<string>): Undici | undefined {
  // A function each, as the working directory may be gone.
  for (const baseOf of [() => builtAs, () => process.argv[1], () => `${process.cwd()}/index.js`]) {
    try {
      const base = baseOf();
      if (base !== undefined) return requireUndici(base);
    } catch (error) {
      if (!isNotThere(error)) reasons.add(reasonOf(error));
    }
  }
  return undefined;
}

function requireUndici(base: string): Undici {
  const { createRequire } = process.getBuiltinModule('node:module');
  const requireHere: (name: 'undici') => Undici = createRequire(base);
  return requireHere('undici');
}

/** Whether the base is relative or has no undici, so that the next base may do. */
function isNotThere(error: unknown): boolean {
  return ['MODULE_NOT_FOUND', 'ERR_INVALID_ARG_VALUE'].includes(errorCodeOf(error));
}

/** Without `typeof`, which webpack evaluates when it builds: its ES modules then use a variable they do not have. */
function ownFile(): string | undefined {
  try {
    return __filename;
  } catch {
    return undefined;
  }
}
