// Owns waiting for OTel resources whose attributes are still being detected. Knows nothing of what
// is done with the spans afterwards.

import { type Clock, type Dispose, nothingToDispose } from './lang/clock.js';
import { settleOnce } from './lang/settle-once.js';
import type { ReadableSpan, Resource } from './sdk-contract.js';

/** The different resources among the spans whose attributes are not all there. */
export function pendingResources(spans: readonly ReadableSpan[]): readonly Resource[] {
  const pending = new Set<Resource>();
  let last: Resource | undefined;
  for (const span of spans) {
    try {
      const { resource } = span;
      if (resource === last) continue;
      last = resource;
      if (resource.asyncAttributesPending === true) pending.add(resource);
    } catch {
      // What cannot be read is not waited for; encoding will find the same and drop the span.
    }
  }
  return [...pending];
}

/**
 * Calls `proceed` once: when all attributes are there or could not be found, or after
 * `longestMillis`. The disposer calls it off.
 */
export function resourcesReady(
  resources: readonly Resource[],
  clock: Clock,
  longestMillis: number,
  proceed: () => void,
): Dispose {
  let dispose = nothingToDispose;
  const settle = settleOnce<(() => void) | undefined>((next) => {
    dispose();
    next?.();
  });
  dispose = clock.schedule(longestMillis, () => settle(proceed));
  const waits = resources.map(async (resource) => resource.waitForAsyncAttributes?.());
  void Promise.allSettled(waits).then(() => settle(proceed));
  return () => settle(undefined);
}
