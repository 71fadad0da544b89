// Owns the time of a process in which minutes are to pass at once: its timers and its monotonic clock,
// for all code that uses those of the global object. Sockets stay real: time stands still while a
// request of undici is under way, so nothing depends on the speed of the machine.

import { subscribe } from 'node:diagnostics_channel';

/** From a timer to the request that it leads to, or from a reply to the next timer, it takes fewer. */
const QUIET_TURNS = 4;

const timers = new Set();
let now = 0;
let requests = 0;

class VirtualTimer {
  #delayMillis;

  constructor(task, delayMillis) {
    this.task = task;
    this.#delayMillis = delayMillis;
    this.refresh();
  }

  refresh() {
    this.atMillis = now + this.#delayMillis;
    timers.delete(this);
    timers.add(this);
    return this;
  }

  unref() {
    return this;
  }
}

/** To be called once, before anything is timed. */
export function beginVirtualTime() {
  globalThis.setTimeout = (task, delayMillis, ...values) =>
    new VirtualTimer(() => task(...values), delayMillis);
  globalThis.clearTimeout = (timer) => void timers.delete(timer);
  performance.now = () => now;
  subscribe('undici:request:create', () => void requests++);
  subscribe('undici:request:trailers', () => void requests--);
  subscribe('undici:request:error', () => void requests--);
}

export async function advance(millis) {
  const end = now + millis;
  for (;;) {
    await quiet();
    const next = nextTimer();
    if (next === undefined || next.atMillis > end) break;
    now = next.atMillis;
    timers.delete(next);
    next.task();
  }
  now = end;
}

/** Resolves when nothing is under way but timers. */
async function quiet() {
  for (let turns = 0; turns < QUIET_TURNS; turns++) {
    if (requests > 0) turns = 0;
    await new Promise(setImmediate);
  }
}

/** Of those that are due at the same time, the one that was armed first. */
function nextTimer() {
  let next;
  for (const timer of timers) {
    if (next === undefined || timer.atMillis < next.atMillis) next = timer;
  }
  return next;
}
