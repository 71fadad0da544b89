import { describe, expect, it } from 'vitest';
import { allDeferred, Deferrals } from '../src/deferrals.js';

describe('Deferrals', () => {
  it('calls at once if all is deferred already', () => {
    let calls = 0;

    new Deferrals().watch(
      () => true,
      () => calls++,
    );

    expect(calls).toBe(1);
  });

  it('calls once, after the change that made it so', () => {
    const deferrals = new Deferrals();
    let calls = 0;
    let left = 2;
    deferrals.watch(
      () => left === 0,
      () => calls++,
    );

    for (let change = 0; change < 3; change++) {
      left = Math.max(left - 1, 0);
      deferrals.changed();
      expect(calls).toBe(left === 0 ? 1 : 0);
    }
  });

  it('calls nobody who has stopped watching', () => {
    const deferrals = new Deferrals();
    let calls = 0;
    let isDeferred = false;
    const stop = deferrals.watch(
      () => isDeferred,
      () => calls++,
    );

    stop();
    stop();
    isDeferred = true;
    deferrals.changed();

    expect(calls).toBe(0);
  });
});

describe('allDeferred', () => {
  it('asks few of many members when one after the other comes to its end', () => {
    let asked = 0;
    const members = Array.from({ length: 100 }, () => ({
      get isDeferred() {
        asked++;
        return false;
      },
    }));
    const underWay = new Set(members);
    const isDeferred = allDeferred(members, (one) => underWay.has(one));

    for (const one of members) {
      expect(isDeferred()).toBe(false);
      underWay.delete(one);
    }

    expect(isDeferred()).toBe(false); // nobody is left
    expect(asked).toBe(100);
  });

  it('says so when those that are left are deferred', () => {
    const [first, second] = [{ isDeferred: true }, { isDeferred: false }];
    const underWay = new Set([first, second]);
    const isDeferred = allDeferred(underWay, (one) => underWay.has(one));
    expect(isDeferred()).toBe(false);

    underWay.delete(second);

    expect(isDeferred()).toBe(true);
  });
});
