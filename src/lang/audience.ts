// Owns listening to an event on behalf of many members with one listener, which is registered while there
// is any member. Knows nothing of the event.

import type { EventEmitter } from 'node:events';
import type { Dispose } from './clock.js';

/** The members that are interested in one event. */
export class Audience<Member> {
  readonly #members = new Set<Member>();
  readonly #listen: () => Dispose;
  #ignore: Dispose | undefined;

  /** @param listen Adds the one listener, and returns what removes it. */
  constructor(listen: () => Dispose) {
    this.#listen = listen;
  }

  /** The members in the order in which they joined. */
  get members(): readonly Member[] {
    return [...this.#members];
  }

  /** Adds `member`; the disposer removes it, and the listener with the last member. */
  join(member: Member): Dispose {
    this.#members.add(member);
    this.#ignore ??= this.#listen();
    return () => {
      if (this.#members.delete(member) && this.#members.size === 0) this.silence();
    };
  }

  /** Removes all members, and the listener; returns who they were. */
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

  /** Brings the listener back, if there is any member. */
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

/** Adds `listener` after those that are there already. */
export function listenLast(emitter: EventEmitter, event: string, listener: () => void): Dispose {
  emitter.on(event, listener);
  return () => void emitter.removeListener(event, listener);
}
