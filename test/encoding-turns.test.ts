import { describe, expect, it } from 'vitest';
import { EncodingTurns, type SliceOutcome } from '../src/encoding-turns.js';
import { ManualClock } from './support/manual-clock.js';

/** Encoding on a clock that the test moves: each span takes as long as `millisPerSpan` says. */
class Bench {
  readonly clock = new ManualClock();
  readonly waiting: (() => void)[] = [];
  readonly turns = new EncodingTurns(this.clock, (task) => void this.waiting.push(task));
  readonly slices: number[] = [];
  millisPerSpan = 0.01;

  /** A batch of so many spans. */
  batch(spans: number): (maxSpans: number) => SliceOutcome {
    let rest = spans;
    return (maxSpans) => {
      const count = Math.min(maxSpans, rest);
      this.encode(count);
      rest -= count;
      return rest > 0 ? 'more' : 'done';
    };
  }

  encode(spans: number): void {
    this.slices.push(spans);
    this.clock.spend(spans * this.millisPerSpan);
  }

  /** Runs what is due in the next turn; returns how long it took and how much was encoded. */
  nextTurn(): { millis: number; spans: number } {
    const before = this.clock.nowMillis();
    const count = this.slices.length;
    this.clock.runDue();
    const spans = this.slices.slice(count).reduce((sum, slice) => sum + slice, 0);
    return { millis: this.clock.nowMillis() - before, spans };
  }
}

describe('EncodingTurns', () => {
  it('encodes at once up to 4 096 spans in a turn, and again in the next', () => {
    const bench = new Bench();
    bench.millisPerSpan = 0;
    const runs = [2_000, 2_000, 96, 1].map((spans) => bench.turns.runNow(spans, () => undefined));

    bench.nextTurn();

    expect(runs).toEqual([true, true, true, false]);
    expect(bench.turns.runNow(4_096, () => undefined)).toBe(true);
    expect(bench.turns.runNow(1, () => undefined)).toBe(false);
  });

  it('encodes nothing more at once when a turn has taken 5 ms', () => {
    const bench = new Bench();
    bench.millisPerSpan = 0.02;

    expect(bench.turns.runNow(300, () => bench.encode(300))).toBe(true);
    expect(bench.turns.runNow(1, () => bench.encode(1))).toBe(false);
  });

  it('encodes a large batch in turns of some 5 ms, in slices that grow as it gets faster', () => {
    const bench = new Bench();
    bench.millisPerSpan = 0.04;
    bench.turns.schedule(bench.batch(10_000), 10_000);
    const turns: { millis: number; spans: number }[] = [];

    for (let turn = 0; turn < 100; turn++) {
      turns.push(bench.nextTurn());
      bench.millisPerSpan = Math.max(bench.millisPerSpan / 2, 0.002);
    }

    expect(Math.max(...turns.map(({ millis }) => millis))).toBeLessThan(5 + 4);
    expect(turns.reduce((sum, { spans }) => sum + spans, 0)).toBe(10_000);
    expect(bench.slices[0]).toBe(64);
    expect(Math.max(...bench.slices)).toBe(1_024);
  });

  it('takes smaller slices when it gets slower', () => {
    const bench = new Bench();
    bench.millisPerSpan = 0.001;
    bench.turns.schedule(bench.batch(5_000), 5_000);
    for (let turn = 0; turn < 10; turn++) bench.nextTurn();

    bench.millisPerSpan = 0.04;
    bench.turns.schedule(bench.batch(2_000), 2_000);
    for (let turn = 0; turn < 100; turn++) bench.nextTurn();

    expect(bench.slices.slice(-2)[0]).toBe(64);
  });

  it('finishes the oldest batch first and stops when all is done', () => {
    const bench = new Bench();
    const order: string[] = [];
    for (const name of ['first', 'second']) {
      const slice = bench.batch(500);
      bench.turns.schedule((maxSpans) => {
        order.push(name);
        return slice(maxSpans);
      }, 500);
    }

    expect(bench.turns.backlog).toEqual({ batches: 1, spans: 500 }); // behind the first

    for (let turn = 0; turn < 20; turn++) bench.nextTurn();

    expect(bench.turns.backlog).toEqual({ batches: 0, spans: 0 });
    expect(order).toEqual(order.toSorted());
    expect(new Set(order).size).toBe(2);
    expect(bench.clock.armed).toBe(0);
  });

  it('does not turn while it is blocked, and goes on when it is told', () => {
    const bench = new Bench();
    let isBlocked = true;
    let calls = 0;
    bench.turns.schedule(() => {
      calls++;
      return isBlocked ? 'blocked' : 'done';
    }, 1);
    for (let turn = 0; turn < 5; turn++) bench.nextTurn();
    expect([calls, bench.clock.armed, bench.waiting.length]).toEqual([1, 0, 1]);

    isBlocked = false;
    for (const resume of bench.waiting.splice(0)) resume();
    bench.nextTurn();

    expect(calls).toBe(2);
  });

  it('lets younger batches pass one that is blocked, also those that come later', () => {
    const bench = new Bench();
    bench.turns.schedule(() => 'blocked', 10_000);
    bench.turns.schedule(bench.batch(10), 10);
    bench.nextTurn();
    bench.nextTurn();
    expect(bench.slices).toEqual([10]);

    bench.turns.schedule(bench.batch(20), 20);
    bench.nextTurn();

    expect(bench.slices).toEqual([10, 20]);
    expect(bench.turns.backlog).toEqual({ batches: 0, spans: 0 });
  });

  it('forgets a batch that is called off', () => {
    const bench = new Bench();

    bench.turns.schedule(bench.batch(1_000), 1_000)();
    bench.nextTurn();

    expect(bench.slices).toEqual([]);
  });
});
