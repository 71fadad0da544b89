// Owns waiting for OTel resources whose attributes are still being detected, and how many spans may
// do so. Knows nothing of what is done with them afterwards.

import { type Clock, type Dispose, nothingToDispose } from '../lang/clock.js';
import { settleOnce } from '../lang/settle-once.js';
import type { ReadableSpan, Resource } from '../sdk-contract.js';

/** The resources of the spans that still lack attributes, each once. */
export function pendingResources(spans: readonly ReadableSpan[]): readonly Resource[] {
  const pending = new Set<Resource>();
  for (const span of spans) {
    const resource = pendingResource(span);
    if (resource !== undefined) pending.add(resource);
  }
  return [...pending];
}

/**
 * The resource of the span, if it still lacks attributes. A span that cannot be read is not waited for: encoding
 * will find the same and drop it.
 */
export function pendingResource(span: ReadableSpan): Resource | undefined {
  try {
    const { resource } = span;
    return resource.asyncAttributesPending === true ? resource : undefined;
  } catch {
    return undefined;
  }
}

/** Most spans that may wait at the same time. */
const MAX_WAITING_SPANS = 8_192;

export class ResourceWaits {
  /** The text for messages when there is no room. */
  readonly shortage: string = `no room among the ${MAX_WAITING_SPANS} spans that may wait for attributes of their resource`;
  readonly #clock: Clock;
  /** Listeners by resource; not promises, which cannot be called off: one that never settles would keep them all. */
  readonly #waiting = new WeakMap<Resource, Set<() => void>>();
  #spans = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Number of spans that wait now. */
  get spans(): number {
    return this.#spans;
  }

  /** Whether so many more spans may wait. */
  hasRoomFor(spans: number): boolean {
    return this.#spans + spans <= MAX_WAITING_SPANS;
  }

  /**
   * Asks for the attributes before any wait: in SDK 2.x and 3.x, attributes that have arrived count as pending until
   * somebody asks, and when the process exits there is no time to.
   */
  begin(resource: Resource): void {
    if (!this.#waiting.has(resource)) this.#beginWaiting(resource);
  }

  /**
   * Calls `proceed` once: when all attributes are there or could not be found, or after
   * `longestMillis`. The disposer calls it off.
   */
  wait(
    { spans, resources }: { spans: number; resources: readonly Resource[] },
    longestMillis: number,
    proceed: () => void,
  ): Dispose {
    this.#spans += spans;
    const disposers: Dispose[] = [];
    const settle = settleOnce<() => void>((next) => {
      for (const dispose of disposers) dispose();
      this.#spans -= spans;
      next();
    });
    const unfinished = new Set(resources);
    const onFinished = (resource: Resource): void => {
      unfinished.delete(resource);
      if (unfinished.size === 0) settle(proceed);
    };
    for (const one of resources) disposers.push(this.#whenFinished(one, () => onFinished(one)));
    disposers.push(this.#clock.schedule(longestMillis, () => settle(proceed)));
    return () => settle(nothingToDispose);
  }

  #whenFinished(resource: Resource, listener: () => void): Dispose {
    const listeners = this.#waiting.get(resource) ?? this.#beginWaiting(resource);
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }

  #beginWaiting(resource: Resource): Set<() => void> {
    const listeners = new Set<() => void>();
    this.#waiting.set(resource, listeners);
    void finished(resource).then(() => {
      this.#waiting.delete(resource);
      for (const listener of listeners) listener();
    });
    return listeners;
  }
}

/** Settles when all attributes are there or could not be found; never rejects. */
async function finished(resource: Resource): Promise<void> {
  try {
    await resource.waitForAsyncAttributes?.();
  } catch {
    // What could not be found is not waited for any longer.
  }
}

/** The resources of ended spans, for as long as they lack attributes. */
export class UnfinishedResources {
  readonly #unfinished = new Set<Resource>();
  readonly #listeners = new Set<() => void>();

  get isEmpty(): boolean {
    return this.#unfinished.size === 0;
  }

  /** Remembers the resource of `span` for as long as it lacks attributes. Never throws. */
  noteThatOf(span: ReadableSpan): void {
    const resource = pendingResource(span);
    if (resource === undefined || this.#unfinished.has(resource)) return;
    this.#unfinished.add(resource);
    void finished(resource).then(() => this.#finish(resource));
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
    this.#unfinished.delete(resource);
    if (this.isEmpty) this.wake();
  }
}
