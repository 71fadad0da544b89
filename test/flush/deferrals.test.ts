import { describe, expect, it } from 'vitest';
import { Deferrals } from '../../src/flush/deferrals.js';

describe('Deferrals', () => {
  it('calls at once if all is deferred already', () => {
    let calls = 0;

    new Deferrals(() => ({ oldest: 3, end: 5 })).watch(5, () => calls++);

    expect(calls).toBe(1);
  });

  it('calls once, after the change that made it so', () => {
    let end = 3;
    const deferrals = new Deferrals(() => ({ oldest: 3, end }));
    let calls = 0;
    deferrals.watch(5, () => calls++);

    for (const expected of [0, 1, 1]) {
      end++;
      deferrals.changed();
      expect(calls).toBe(expected);
    }
  });

  it('calls those who wait for what is deferred, and nobody who waits for more', () => {
    let end = 0;
    const deferrals = new Deferrals(() => ({ oldest: 0, end }));
    const called: number[] = [];
    for (const own of [1, 2, 2, 4]) deferrals.watch(own, () => called.push(own));

    end = 3;
    deferrals.changed();

    expect(called).toEqual([1, 2, 2]);
  });

  it('calls nobody for whom another that was called has ended the deferral', () => {
    let end = 0;
    const deferrals = new Deferrals(() => ({ oldest: 0, end }));
    const called: string[] = [];
    deferrals.watch(1, () => {
      called.push('first');
      end = 0;
    });
    deferrals.watch(1, () => called.push('second'));

    end = 1;
    deferrals.changed();

    expect(called).toEqual(['first']);
  });

  it('calls nobody of whose exports none is left', () => {
    let deferred = { oldest: 0, end: 0 };
    const deferrals = new Deferrals(() => deferred);
    let calls = 0;
    deferrals.watch(5, () => calls++);

    deferred = { oldest: 5, end: 7 };
    deferrals.changed();

    expect(calls).toBe(0);
  });

  it('calls nobody who has stopped watching', () => {
    let end = 0;
    const deferrals = new Deferrals(() => ({ oldest: 0, end }));
    let calls = 0;
    const stop = deferrals.watch(1, () => calls++);

    stop();
    stop();
    end = 1;
    deferrals.changed();

    expect(calls).toBe(0);
  });

  it('asks once for each change, however many watch', () => {
    let asked = 0;
    const deferrals = new Deferrals(() => {
      asked++;
      return { oldest: 0, end: 1 };
    });
    for (let watcher = 0; watcher < 100; watcher++) deferrals.watch(2, () => undefined);
    asked = 0;

    deferrals.changed();

    expect(asked).toBe(1);
  });
});
