// Owns the OTel resources of ended spans whose attributes are still being detected. Knows nothing of what is done
// once they are there.

import type { Dispose } from '../lang/clock.js';
import type { ReadableSpan, Resource } from '../sdk-contract.js';

/** The resources of ended spans, for as long as they lack attributes. */
export class PendingResources {
  readonly #pending = new Set<Resource>();
  readonly #listeners = new Set<() => void>();

  get isEmpty(): boolean {
    return this.#pending.size === 0;
  }

  /** Remembers the resource of `span` for as long as it lacks attributes. Never throws. */
  noteThatOf(span: ReadableSpan): void {
    const resource = pendingResourceOf(span);
    if (resource === undefined || this.#pending.has(resource)) return;
    this.#pending.add(resource);
    void attributesOf(resource).then(() => this.#finish(resource));
  }

  /** Calls `listener` once, when no resource is left. The disposer calls it off. */
  whenEmpty(listener: () => void): Dispose {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Calls the listeners now, though attributes may be lacking. */
  wake(): void {
    const listeners = [...this.#listeners];
    this.#listeners.clear();
    for (const listener of listeners) listener();
  }

  #finish(resource: Resource): void {
    this.#pending.delete(resource);
    if (this.isEmpty) this.wake();
  }
}

/**
 * The resource of the span, if it still lacks attributes. A span that cannot be read is not waited for: encoding
 * will find the same and drop it.
 */
export function pendingResourceOf(span: ReadableSpan): Resource | undefined {
  try {
    const { resource } = span;
    return resource.asyncAttributesPending === true ? resource : undefined;
  } catch {
    return undefined;
  }
}

/** Settles when all attributes are there or could not be found; never rejects. */
export async function attributesOf(resource: Resource): Promise<void> {
  try {
    await resource.waitForAsyncAttributes?.();
  } catch {
    // What could not be found is not waited for any longer.
  }
}
