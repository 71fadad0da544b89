// Owns waiting for OTel resources whose attributes are still being detected, and how many spans may do so. Knows
// nothing of what is done with them afterwards.

import type { Diagnostics } from '../diagnostics.js';
import { type Clock, type Dispose, nothingToDispose } from '../lang/clock.js';
import { settleOnce } from '../lang/settle-once.js';
import type { ReadableSpan, Resource } from '../sdk-contract.js';
import { attributesOf, pendingResourceOf } from './pending-resources.js';

/** Most spans that may wait at the same time. */
const MAX_WAITING_SPANS = 8_192;
/** Longest wait for the attributes of a resource. */
export const MAX_RESOURCE_WAIT_MILLIS = 3_000;
const GIVEN_UP =
  `attributes of an OTel resource have not come within ${MAX_RESOURCE_WAIT_MILLIS} ms; ` +
  'until they do, its spans are sent without them';

/** A resource that was asked for its attributes, and has not answered yet. */
interface AskedResource {
  readonly sinceMillis: number;
  /** Not promises, which cannot be called off: one that never settles would keep them all. */
  readonly listeners: Set<() => void>;
}

export class ResourceWaits {
  /** The text for messages when there is no room. */
  readonly shortage: string = `no room among the ${MAX_WAITING_SPANS} spans that may wait for attributes of their resource`;
  readonly #clock: Clock;
  readonly #diagnostics: Diagnostics;
  readonly #asked = new WeakMap<Resource, AskedResource>();
  /**
   * Those that were waited for in vain, until they answer after all. Otherwise each flush and each export would wait
   * again, for as long as the process lives.
   */
  readonly #givenUp = new WeakSet<Resource>();
  #spans = 0;

  constructor(clock: Clock, diagnostics: Diagnostics) {
    this.#clock = clock;
    this.#diagnostics = diagnostics;
  }

  /** Number of spans that wait now. */
  get spans(): number {
    return this.#spans;
  }

  /** Whether so many more spans may wait. */
  hasRoomFor(spans: number): boolean {
    return this.#spans + spans <= MAX_WAITING_SPANS;
  }

  /** The resource of the span, if it lacks attributes that are worth a wait. */
  awaitedBy(span: ReadableSpan): Resource | undefined {
    const resource = pendingResourceOf(span);
    return resource === undefined || this.#givenUp.has(resource) ? undefined : resource;
  }

  /** Those of the spans, each once. */
  awaitedByAny(spans: readonly ReadableSpan[]): readonly Resource[] {
    const awaited = new Set<Resource>();
    for (const span of spans) {
      const resource = this.awaitedBy(span);
      if (resource !== undefined) awaited.add(resource);
    }
    return [...awaited];
  }

  /**
   * Asks for the attributes before any wait: in SDK 2.x and 3.x, attributes that have arrived count as pending until
   * somebody asks, and when the process exits there is no time to.
   */
  begin(resource: Resource): void {
    if (!this.#asked.has(resource)) this.#ask(resource);
  }

  /**
   * Calls `proceed` once: when all attributes are there, could not be found or are given up, or after
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
    const pending = new Set(resources);
    const onFinished = (resource: Resource): void => {
      pending.delete(resource);
      if (pending.size === 0) settle(proceed);
    };
    for (const one of resources) disposers.push(this.#whenFinished(one, () => onFinished(one)));
    const untilMillis = this.#clock.nowMillis() + longestMillis;
    const timeOut = (): void => {
      for (const one of pending) this.#noteInVain(one, untilMillis);
      settle(proceed);
    };
    disposers.push(this.#clock.schedule(longestMillis, timeOut));
    return () => settle(nothingToDispose);
  }

  #whenFinished(resource: Resource, listener: () => void): Dispose {
    const { listeners } = this.#asked.get(resource) ?? this.#ask(resource);
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }

  #ask(resource: Resource): AskedResource {
    const asked = { sinceMillis: this.#clock.nowMillis(), listeners: new Set<() => void>() };
    this.#asked.set(resource, asked);
    void attributesOf(resource).then(() => {
      this.#asked.delete(resource);
      this.#givenUp.delete(resource);
      for (const listener of asked.listeners) listener();
    });
    return asked;
  }

  /** Gives the resource up and lets all proceed that wait for it, unless it was asked too short a time ago. */
  #noteInVain(resource: Resource, untilMillis: number): void {
    const asked = this.#asked.get(resource);
    if (asked === undefined || untilMillis - asked.sinceMillis < MAX_RESOURCE_WAIT_MILLIS) return;
    this.#givenUp.add(resource);
    this.#diagnostics.warn('resource', GIVEN_UP);
    for (const listener of asked.listeners) listener();
  }
}
