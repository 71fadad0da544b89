// Owns the promises of those who wait for something to arrive, and their timers. Knows nothing of
// what they wait for.

/** Longest delay of a Node timer; a longer one, as `Infinity`, would fire at once. */
const MAX_TIMER_MILLIS = 2_147_483_647;

/** What somebody waits for. */
export interface Wait {
  readonly isMet: () => boolean;
  /** The message of the error at the end: what was expected, and what was there by then. */
  readonly describe: (end: string) => string;
  readonly timeoutMillis: number;
}

interface Waiter {
  readonly wait: Wait;
  readonly timer: NodeJS.Timeout;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** Settles waits when it is notified, at their deadlines, or when it is closed. */
export class Waiters {
  readonly #waiters = new Set<Waiter>();
  #state: 'open' | 'closed' = 'open';

  wait(wait: Wait): Promise<void> {
    if (wait.isMet()) return Promise.resolve();
    if (this.#state === 'closed') return Promise.reject(closedError(wait));
    return new Promise((resolve, reject) => {
      const onDeadline = (): void => {
        this.#waiters.delete(waiter);
        reject(new Error(wait.describe(`within ${wait.timeoutMillis} ms`)));
      };
      const timer = setTimeout(onDeadline, Math.min(wait.timeoutMillis, MAX_TIMER_MILLIS));
      const waiter: Waiter = { wait, timer, resolve, reject };
      this.#waiters.add(waiter);
    });
  }

  /** Something arrived. */
  notify(): void {
    for (const waiter of this.#waiters) {
      if (!waiter.wait.isMet()) continue;
      this.#remove(waiter);
      waiter.resolve();
    }
  }

  close(): void {
    this.#state = 'closed';
    for (const waiter of this.#waiters) {
      this.#remove(waiter);
      waiter.reject(closedError(waiter.wait));
    }
  }

  #remove(waiter: Waiter): void {
    clearTimeout(waiter.timer);
    this.#waiters.delete(waiter);
  }
}

function closedError(wait: Wait): Error {
  return new Error(wait.describe('when the development Agent was closed'));
}
