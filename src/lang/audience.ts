// Owns listening to an event on behalf of many with one listener, which is there while anybody is
// interested. Knows nothing of the event.

import type { EventEmitter } from 'node:events';
import type { Dispose } from './clock.js';

/** Those who are interested in one event. */
export class Audience<Member> {
  readonly #members = new Set<Member>();
  readonly #listen: () => Dispose;
  #ignore: Dispose | undefined;

  /** @param listen Adds the one listener. */
  constructor(listen: () => Dispose) {
    this.#listen = listen;
  }

  /** In the order in which they joined. */
  get members(): readonly Member[] {
    return [...this.#members];
  }

  /** The disposer takes `member` out again; whoever goes last removes the listener. */
  join(member: Member): Dispose {
    this.#members.add(member);
    this.#ignore ??= this.#listen();
    return () => {
      if (this.#members.delete(member) && this.#members.size === 0) this.silence();
    };
  }

  /** Takes everybody out and says who it was. */
  dismiss(): readonly Member[] {
    const { members } = this;
    this.#members.clear();
    this.silence();
    return members;
  }

  /** Removes the listener; the members stay, and the next one to join brings it back. */
  silence(): void {
    this.#ignore?.();
    this.#ignore = undefined;
  }

  /** Brings the listener back, if anybody is still interested. */
  resume(): void {
    if (this.#members.size > 0) this.#ignore ??= this.#listen();
  }
}

/**
 * Adds `listener` before all others of `event`, so that it can still see those that remove themselves
 * when they are called.
 */
export function listenFirst(
  emitter: EventEmitter,
  event: string,
  listener: (...values: readonly unknown[]) => void,
): Dispose {
  emitter.prependListener(event, listener);
  return () => void emitter.removeListener(event, listener);
}

/** Adds `listener` behind those that are there. */
export function listenLast(emitter: EventEmitter, event: string, listener: () => void): Dispose {
  emitter.on(event, listener);
  return () => void emitter.removeListener(event, listener);
}
