import { describe, expect, it } from 'vitest';
import {
  EncodingTurns,
  type EncodingWork,
  type SliceOutcome,
} from '../../src/exporter/encoding-turns.js';
import type { Dispose } from '../../src/lang/clock.js';
import { ManualClock } from '../support/manual-clock.js';

/** Encoding on a clock that the test moves: each span takes as long as `millisPerSpan` says. */
class Bench {
  readonly clock = new ManualClock();
  readonly waiting: (() => void)[] = [];
  readonly turns = new EncodingTurns(this.clock, (task) => void this.waiting.push(task));
  readonly slices: number[] = [];
  /** Spans of each batch that were left when it was told to keep them. */
  readonly kept: number[] = [];
  millisPerSpan = 0.01;

  /** Begins with a batch of so many spans. */
  run(spans: number): Dispose {
    return this.turns.run(this.work(spans));
  }

  work(spans: number): EncodingWork {
    let rest = spans;
    return {
      spans,
      encodeSlice: (maxSpans) => {
        const count = Math.min(maxSpans, rest);
        rest -= count;
        this.slices.push(count);
        this.clock.spend(count * this.millisPerSpan);
        return rest > 0 ? 'more' : 'done';
      },
      keepRest: () => {
        this.kept.push(rest);
        return rest > 0;
      },
    };
  }

  /** Spans that were encoded before `run` returned. */
  encodedBy(run: () => unknown): number {
    const before = this.slices.length;
    run();
    return this.#sumFrom(before);
  }

  get total(): number {
    return this.#sumFrom(0);
  }

  #sumFrom(index: number): number {
    return this.slices.slice(index).reduce((sum, slice) => sum + slice, 0);
  }

  /** Runs what is due in the next turn; returns how long it took and how much was encoded. */
  nextTurn(): { millis: number; spans: number } {
    const before = this.clock.nowMillis();
    const count = this.slices.length;
    this.clock.runDue();
    return { millis: this.clock.nowMillis() - before, spans: this.#sumFrom(count) };
  }
}

describe('EncodingTurns', () => {
  it('encodes at once up to 4 096 spans in a turn, and again in the next', () => {
    const bench = new Bench();
    bench.millisPerSpan = 0;
    const atOnce = [2_000, 2_000, 96, 1].map((spans) => bench.encodedBy(() => bench.run(spans)));

    expect(atOnce).toEqual([2_000, 2_000, 96, 0]);
    expect(bench.nextTurn().spans).toBe(1);
    expect(bench.encodedBy(() => bench.run(4_096))).toBe(4_096);
    expect(bench.encodedBy(() => bench.run(1))).toBe(0);
  });

  it('encodes nothing more at once when a turn has taken 5 ms, and keeps the rest as it is', () => {
    const bench = new Bench();
    bench.millisPerSpan = 0.04;

    expect(bench.encodedBy(() => bench.run(300))).toBe(160);
    expect(bench.encodedBy(() => bench.run(10))).toBe(0);

    expect(bench.kept).toEqual([300 - 160, 10]);
    for (let turn = 0; turn < 5; turn++) bench.nextTurn();
    expect(bench.total).toBe(310);
  });

  it('keeps nothing of a batch above 4 096 spans, nor of what comes beside one', () => {
    const bench = new Bench();
    bench.millisPerSpan = 1;

    bench.run(4_000);
    bench.run(97);
    bench.run(5_000);

    expect(bench.kept).toEqual([4_000 - 32]);
  });

  it('does not come back to a batch that has nothing left to keep', () => {
    const bench = new Bench();
    let calls = 0;
    bench.millisPerSpan = 1;
    bench.run(64); // spends the turn

    bench.turns.run({
      spans: 1,
      encodeSlice: () => {
        calls++;
        return 'done';
      },
      keepRest: () => false,
    });
    bench.nextTurn();
    bench.nextTurn();

    expect(calls).toBe(0);
    expect(bench.turns.backlog).toEqual({ batches: 0, spans: 0 });
  });

  it('encodes what waits in every other turn, however much new exports ask for', () => {
    const bench = new Bench();
    bench.millisPerSpan = 0.1;
    const outcomes: SliceOutcome[] = [];
    const old = bench.work(200);
    bench.turns.queue({
      ...old,
      encodeSlice: (maxSpans, pace) => {
        const outcome = old.encodeSlice(maxSpans, pace);
        outcomes.push(outcome);
        return outcome;
      },
    });

    const blockedMillis = Array.from({ length: 20 }, () => {
      const before = bench.clock.nowMillis();
      bench.run(200); // more than a turn has time for
      bench.clock.runDue();
      return bench.clock.nowMillis() - before;
    });

    expect(outcomes.at(-1)).toBe('done');
    expect(Math.max(...blockedMillis)).toBeLessThan(15);
  });

  it('encodes a large batch in turns of some 5 ms, in slices that grow as it gets faster', () => {
    const bench = new Bench();
    bench.millisPerSpan = 0.04;
    bench.run(10_000);
    const turns: { millis: number; spans: number }[] = [];

    for (let turn = 0; turn < 100; turn++) {
      turns.push(bench.nextTurn());
      bench.millisPerSpan = Math.max(bench.millisPerSpan / 2, 0.002);
    }

    expect(Math.max(...turns.map(({ millis }) => millis))).toBeLessThan(5 + 4);
    expect(turns.reduce((sum, { spans }) => sum + spans, 0)).toBe(10_000);
    expect(bench.slices[0]).toBe(32);
    expect(Math.max(...bench.slices)).toBe(1_024);
  });

  it('does not take quick preparations for quick encoding', () => {
    const bench = new Bench();
    const asked: number[] = [];
    let left = 20;
    bench.turns.run({
      spans: 5_000,
      keepRest: () => true,
      encodeSlice: (maxSpans) => {
        asked.push(maxSpans);
        left--;
        return left > 0 ? 'prepared' : 'done';
      },
    });

    for (let turn = 0; turn < 5; turn++) bench.nextTurn();

    expect(new Set(asked)).toEqual(new Set([32]));
    expect(asked).toHaveLength(20);
  });

  it('takes smaller slices when it gets slower', () => {
    const bench = new Bench();
    bench.millisPerSpan = 0.001;
    bench.run(5_000);
    for (let turn = 0; turn < 10; turn++) bench.nextTurn();

    bench.millisPerSpan = 0.04;
    bench.run(2_000);
    for (let turn = 0; turn < 100; turn++) bench.nextTurn();

    expect(bench.slices.slice(-2)[0]).toBe(64);
  });

  it('finishes the oldest batch first and stops when all is done', () => {
    const bench = new Bench();
    const order: string[] = [];
    for (const name of ['first', 'second']) {
      const work = bench.work(5_000);
      bench.turns.run({
        ...work,
        encodeSlice: (maxSpans, pace) => {
          order.push(name);
          return work.encodeSlice(maxSpans, pace);
        },
      });
    }

    expect(bench.turns.backlog).toEqual({ batches: 1, spans: 5_000 }); // behind the first

    for (let turn = 0; turn < 100; turn++) bench.nextTurn();

    expect(bench.turns.backlog).toEqual({ batches: 0, spans: 0 });
    expect(order).toEqual(order.toSorted());
    expect(new Set(order).size).toBe(2);
    expect(bench.clock.armed).toBe(0);
  });

  it('does not turn while it is blocked, and goes on when it is told', () => {
    const bench = new Bench();
    let isBlocked = true;
    let calls = 0;
    bench.turns.run({
      ...bench.work(5_000),
      encodeSlice: () => {
        calls++;
        return isBlocked ? 'blocked' : 'done';
      },
    });
    for (let turn = 0; turn < 5; turn++) bench.nextTurn();
    expect([calls, bench.clock.armed, bench.waiting.length]).toEqual([1, 0, 1]);

    isBlocked = false;
    for (const resume of bench.waiting.splice(0)) resume();
    bench.nextTurn();

    expect(calls).toBe(2);
  });

  it('lets younger batches pass one that is blocked, also those that come later', () => {
    const bench = new Bench();
    bench.turns.run({ ...bench.work(10_000), encodeSlice: () => 'blocked' });
    bench.run(4_097);
    for (let turn = 0; turn < 100; turn++) bench.nextTurn();
    expect(bench.total).toBe(4_097);

    bench.run(5_000);
    for (let turn = 0; turn < 100; turn++) bench.nextTurn();

    expect(bench.total).toBe(9_097);
    expect(bench.turns.backlog).toEqual({ batches: 0, spans: 0 });
  });

  it('lets a small batch pass however many large ones are blocked', () => {
    const bench = new Bench();
    for (let large = 0; large < 3; large++) {
      bench.turns.run({ ...bench.work(5_000), encodeSlice: () => 'blocked' });
    }
    bench.millisPerSpan = 1;
    bench.run(64); // spends the turn
    bench.run(10);

    for (let turn = 0; turn < 5; turn++) bench.nextTurn();

    expect(bench.total).toBe(74);
    expect(bench.turns.backlog).toEqual({ batches: 2, spans: 10_000 });
  });

  it('asks nobody else for room when two small batches find none', () => {
    const bench = new Bench();
    const asked: number[] = [];
    bench.millisPerSpan = 1;
    bench.run(64); // spends the turn
    for (let number = 0; number < 5; number++) {
      const encodeSlice = (): SliceOutcome => {
        asked.push(number);
        return 'blocked';
      };
      bench.turns.run({ spans: 1, keepRest: () => true, encodeSlice });
    }

    for (let turn = 0; turn < 5; turn++) bench.nextTurn();

    expect(asked).toEqual([0, 1]);
  });

  it('forgets a batch that is called off', () => {
    const bench = new Bench();

    bench.run(5_000)();
    bench.nextTurn();

    expect(bench.slices).toEqual([]);
  });
});
