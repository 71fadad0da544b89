// Owns how much is encoded in one turn of the event loop, so that a large batch or a storm of exports
// does not block the application. Knows nothing of spans or bytes.

import type { Clock, Dispose } from './lang/clock.js';

/** Spans that are encoded before `export()` returns; of what comes above, some in every turn. */
const MAX_SPANS_AT_ONCE = 4_096;
/** After so much encoding in a turn, the next slice waits for the next turn. */
const MAX_TURN_MILLIS = 5;
/** Slices grow and shrink to take about so long: the first spans of a process cost ten times the later. */
const SLICE_MILLIS = 3;
const MIN_SLICE_SPANS = 64;
const MAX_SLICE_SPANS = 1_024;

/** What a slice leaves behind: more work, none, or more once pending bytes have been released. */
export type SliceOutcome = 'more' | 'done' | 'blocked';

/** Encodes the next slice of a batch, at most so many spans. */
export type EncodeSlice = (maxSpans: number) => SliceOutcome;

export interface Backlog {
  readonly batches: number;
  readonly spans: number;
}

/** What was encoded in the present turn. */
interface Turn {
  spans: number;
  millis: number;
}

export class EncodingTurns {
  readonly #clock: Clock;
  /** Calls back once when a blocked slice may go on. */
  readonly #whenUnblocked: (task: () => void) => void;
  /** Batches in the order of their arrival, with the number of their spans. */
  readonly #work = new Map<EncodeSlice, number>();
  #spans = 0;
  #sliceSpans = MIN_SLICE_SPANS;
  #isBlocked = false;
  #turn: Turn | undefined;

  constructor(clock: Clock, whenUnblocked: (task: () => void) => void) {
    this.#clock = clock;
    this.#whenUnblocked = whenUnblocked;
  }

  /** Runs `encode` and returns true, unless so many spans more would make this turn too long. */
  runNow(spans: number, encode: () => void): boolean {
    const turn = this.#presentTurn();
    if (turn.spans + spans > MAX_SPANS_AT_ONCE || turn.millis >= MAX_TURN_MILLIS) return false;
    turn.spans += spans;
    this.#measure(turn, encode);
    return true;
  }

  /** Runs `slice` in coming turns until the batch is done; the disposer calls it off. */
  schedule(slice: EncodeSlice, spans: number): Dispose {
    this.#work.set(slice, spans);
    this.#spans += spans;
    this.#resume(); // there may be room for this one
    return () => this.#remove(slice);
  }

  /** What waits behind the batch that is being encoded. */
  get backlog(): Backlog {
    const [first = 0] = this.#work.values();
    return { batches: Math.max(this.#work.size - 1, 0), spans: this.#spans - first };
  }

  #presentTurn(): Turn {
    if (this.#turn !== undefined) return this.#turn;
    const turn: Turn = { spans: 0, millis: 0 };
    this.#turn = turn;
    this.#clock.nextTurn(() => {
      this.#turn = undefined;
      if (this.#work.size === 0 || this.#isBlocked) return;
      const next = this.#presentTurn();
      // After a turn that was used up, others get one to themselves.
      if (turn.millis < MAX_TURN_MILLIS) this.#encodeSlices(next);
    });
    return turn;
  }

  /** Oldest batch first. One that waits for room, as a large one may, lets the younger ones pass. */
  #encodeSlices(turn: Turn): void {
    let isOneBlocked = false;
    for (const slice of this.#work.keys()) {
      let outcome: SliceOutcome = 'more';
      while (outcome === 'more') {
        if (turn.millis >= MAX_TURN_MILLIS) return;
        outcome = this.#encodeSlice(turn, slice);
      }
      if (outcome === 'done') this.#remove(slice);
      else if (isOneBlocked)
        break; // there is no room for anybody
      else isOneBlocked = true;
    }
    if (isOneBlocked) this.#waitForRoom();
  }

  #remove(slice: EncodeSlice): void {
    this.#spans -= this.#work.get(slice) ?? 0;
    this.#work.delete(slice);
  }

  #encodeSlice(turn: Turn, slice: EncodeSlice): SliceOutcome {
    const before = turn.millis;
    const outcome = this.#measure(turn, () => slice(this.#sliceSpans));
    const millis = turn.millis - before;
    if (millis > SLICE_MILLIS) {
      this.#sliceSpans = Math.max(this.#sliceSpans / 2, MIN_SLICE_SPANS);
    } else if (outcome === 'more' && millis < SLICE_MILLIS / 2) {
      this.#sliceSpans = Math.min(this.#sliceSpans * 2, MAX_SLICE_SPANS);
    }
    return outcome;
  }

  #waitForRoom(): void {
    this.#isBlocked = true;
    this.#whenUnblocked(this.#resume);
  }

  /** One function, so that it is registered once. */
  readonly #resume = (): void => {
    this.#isBlocked = false;
    this.#presentTurn();
  };

  #measure<T>(turn: Turn, encode: () => T): T {
    const start = this.#clock.nowMillis();
    try {
      return encode();
    } finally {
      turn.millis += this.#clock.nowMillis() - start;
    }
  }
}
