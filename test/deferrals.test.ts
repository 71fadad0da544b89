import { describe, expect, it } from 'vitest';
import { Deferrals } from '../src/deferrals.js';

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
