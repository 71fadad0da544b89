// Owns how much is encoded in one turn of the event loop, so that a large batch or a storm of exports
// does not block the application. Knows spans only by number, and nothing of bytes.

import { type Clock, type Dispose, nothingToDispose } from '../lang/clock.js';

/**
 * Most spans that the exports of one turn read before they return. A batch of more is large: it waits for later turns,
 * and the SDK's batch processor hands over far fewer at once.
 */
export const MAX_SPANS_AT_ONCE = 4_096;
/** After this much encoding in a turn, the next slice waits for the next turn. */
const MAX_TURN_MILLIS = 5;
/** Slices grow and shrink to take about this long: the first spans of a process cost ten times as much as later. */
const SLICE_MILLIS = 3;
const MIN_SLICE_SPANS = 32;
const MAX_SLICE_SPANS = 1_024;

/**
 * What a slice leaves to do: `more`, nothing (`done`), or more once pending bytes have been released (`blocked`).
 * `prepared` is more, too, but the slice did not encode yet, so that its time says nothing about that of encoding.
 */
export type SliceOutcome = 'prepared' | 'more' | 'done' | 'blocked';

/** `now`: the caller of `export()` waits for the slice, so that nothing may be put off for lack of room. */
export type SlicePace = 'now' | 'later';

/** A batch that is encoded slice by slice. */
export interface EncodingWork {
  readonly spans: number;
  /** Encodes the next slice, of at most `maxSpans`. Never `blocked` at the pace `now`. */
  encodeSlice(maxSpans: number, pace: SlicePace): SliceOutcome;
  /** Keeps the spans that are left as they are now, whatever changes later; returns whether any are left. */
  keepRest(): boolean;
}

interface Backlog {
  readonly batches: number;
  readonly spans: number;
}

/** What was encoded in the present turn. */
interface Turn {
  spans: number;
  millis: number;
  /** Whether it is left to the application and new exports: batches that wait get no time in it. */
  isLeftToOthers: boolean;
}

export class EncodingTurns {
  readonly #clock: Clock;
  /** Calls back once when a blocked slice may go on. */
  readonly #whenUnblocked: (task: () => void) => void;
  /** Batches that wait, in order of arrival. */
  readonly #work = new Set<EncodingWork>();
  #spans = 0;
  #sliceSpans = MIN_SLICE_SPANS;
  #isBlocked = false;
  #turn: Turn | undefined;

  constructor(clock: Clock, whenUnblocked: (task: () => void) => void) {
    this.#clock = clock;
    this.#whenUnblocked = whenUnblocked;
  }

  /**
   * Encodes as much of a batch as this turn has time for, and the rest in later turns; the disposer
   * calls that off. Within the 4 096 spans of a turn, those that are left are kept as they are now.
   */
  run(work: EncodingWork): Dispose {
    const turn = this.#presentTurn();
    if (turn.spans + work.spans <= MAX_SPANS_AT_ONCE) {
      turn.spans += work.spans;
      const isOver = this.#encodeInTime(turn, work) || !this.#keepRest(turn, work);
      if (isOver) return nothingToDispose;
    }
    return this.queue(work);
  }

  /** Leaves a batch to later turns. */
  queue(work: EncodingWork): Dispose {
    this.#work.add(work);
    this.#spans += work.spans;
    this.#resume(); // there may be room for this one
    return () => this.#remove(work);
  }

  /** What waits behind the batch that is being encoded. */
  get backlog(): Backlog {
    const [first] = this.#work;
    return { batches: Math.max(this.#work.size - 1, 0), spans: this.#spans - (first?.spans ?? 0) };
  }

  #presentTurn(): Turn {
    if (this.#turn !== undefined) return this.#turn;
    const turn: Turn = { spans: 0, millis: 0, isLeftToOthers: false };
    this.#turn = turn;
    this.#clock.nextTurn(() => {
      this.#turn = undefined;
      if (this.#work.size === 0 || this.#isBlocked) return;
      const next = this.#presentTurn();
      // After a turn that was used up, the next one is left to others, but not two in a row: if new exports use up
      // every turn, the batches that wait would never be sent.
      if (turn.millis < MAX_TURN_MILLIS || turn.isLeftToOthers) this.#encodeSlices(next);
      else next.isLeftToOthers = true;
    });
    return turn;
  }

  /** Encodes while the turn has time; returns whether that was enough for the whole batch. */
  #encodeInTime(turn: Turn, work: EncodingWork): boolean {
    while (turn.millis < MAX_TURN_MILLIS) {
      if (this.#encodeSlice(turn, work, 'now') === 'done') return true;
    }
    return false;
  }

  #keepRest(turn: Turn, work: EncodingWork): boolean {
    return this.#measure(turn, () => work.keepRest());
  }

  /** Encodes batches, the oldest first. One that waits for room lets younger ones pass, as one of them may fit. */
  #encodeSlices(turn: Turn): void {
    let isOneBlocked = false;
    for (const work of this.#work) {
      let outcome: SliceOutcome = 'more';
      while (outcome === 'more' || outcome === 'prepared') {
        if (turn.millis >= MAX_TURN_MILLIS) return;
        outcome = this.#encodeSlice(turn, work, 'later');
      }
      if (outcome === 'done') this.#remove(work);
      // A second blocked batch shows that nobody has room, unless it is large: that may wait while others have room.
      else if (isOneBlocked && work.spans <= MAX_SPANS_AT_ONCE) break;
      else isOneBlocked = true;
    }
    if (isOneBlocked) this.#waitForRoom();
  }

  #remove(work: EncodingWork): void {
    if (this.#work.delete(work)) this.#spans -= work.spans;
  }

  #encodeSlice(turn: Turn, work: EncodingWork, pace: SlicePace): SliceOutcome {
    const before = turn.millis;
    const outcome = this.#measure(turn, () => work.encodeSlice(this.#sliceSpans, pace));
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

  /** Always the same function, so that it is registered only once. */
  readonly #resume = (): void => {
    this.#isBlocked = false;
    this.#presentTurn();
  };

  #measure<T>(turn: Turn, task: () => T): T {
    const start = this.#clock.nowMillis();
    try {
      return task();
    } finally {
      turn.millis += this.#clock.nowMillis() - start;
    }
  }
}
