// Owns waiting for OTel resources whose attributes are still being detected, and how many spans may
// do so. Knows nothing of what is done with them afterwards.

import { type Clock, type Dispose, nothingToDispose } from './lang/clock.js';
import { settleOnce } from './lang/settle-once.js';
import type { ReadableSpan, Resource } from './sdk-contract.js';

/** The different resources among the spans whose attributes are not all there. */
export function pendingResources(spans: readonly ReadableSpan[]): readonly Resource[] {
  const pending = new Set<Resource>();
  for (const span of spans) {
    const resource = pendingResource(span);
    if (resource !== undefined) pending.add(resource);
  }
  return [...pending];
}

/**
 * The resource of the span, if its attributes are not all there. What cannot be read is not waited for; encoding
 * will find the same and drop the span.
 */
export function pendingResource(span: ReadableSpan): Resource | undefined {
  try {
    const { resource } = span;
    return resource.asyncAttributesPending === true ? resource : undefined;
  } catch {
    return undefined;
  }
}

/** Spans that may wait at the same time. */
const MAX_WAITING_SPANS = 8_192;

export class ResourceWaits {
  /** What to say when there is no room. */
  readonly shortage: string = `${MAX_WAITING_SPANS} spans wait for attributes of their resource`;
  readonly #clock: Clock;
  /** Listeners by resource, and not promises, as those cannot be called off: one that never settles keeps all. */
  readonly #waiting = new WeakMap<Resource, Set<() => void>>();
  #spans = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Spans that wait now. */
  get spans(): number {
    return this.#spans;
  }

  /** Whether so many spans more may wait. */
  hasRoomFor(spans: number): boolean {
    return this.#spans + spans <= MAX_WAITING_SPANS;
  }

  /**
   * Asks for the attributes ahead of a wait: in SDK 2.x and 3.x those that have come count as pending until somebody
   * has asked, and where the process exits there is no time to.
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
    return () => void settle(nothingToDispose);
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

/** The resources of ended spans, for as long as their attributes are not all there. */
export class UnfinishedResources {
  readonly #unfinished = new Set<Resource>();
  readonly #listeners = new Set<() => void>();

  get isEmpty(): boolean {
    return this.#unfinished.size === 0;
  }

  /** Keeps the resource in mind, if anything of it is still to come. Never throws. */
  noteThatOf(span: ReadableSpan): void {
    const resource = pendingResource(span);
    if (resource === undefined || this.#unfinished.has(resource)) return;
    this.#unfinished.add(resource);
    void finished(resource).then(() => this.#finish(resource));
  }

  /** Calls back once, when there is none any more. The disposer calls it off. */
  whenEmpty(listener: () => void): Dispose {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #finish(resource: Resource): void {
    this.#unfinished.delete(resource);
    if (!this.isEmpty) return;
    const listeners = [...this.#listeners];
    this.#listeners.clear();
    for (const listener of listeners) listener();
  }
}
