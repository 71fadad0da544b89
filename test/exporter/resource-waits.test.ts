import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Diagnostics } from '../../src/diagnostics.js';
import { ResourceWaits } from '../../src/exporter/resource-waits.js';
import type { Resource } from '../../src/index.js';
import { captureDiag } from '../support/diag-log.js';
import { ManualClock } from '../support/manual-clock.js';
import { makeSpan, resourceReadyAfter } from '../support/spans.js';

const lines = captureDiag();

function openWaits(clock: ManualClock): ResourceWaits {
  return new ResourceWaits(clock, new Diagnostics(clock));
}

it('proceeds once when all attributes are there, and leaves no timer', async () => {
  const clock = new ManualClock();
  const waits = openWaits(clock);
  const calls: string[] = [];
  const resources = [resourceReadyAfter(Promise.resolve()), resourceReadyAfter(Promise.resolve())];

  waits.wait({ spans: 5, resources }, 3_000, () => calls.push('proceed'));
  expect([waits.spans, clock.armed]).toEqual([5, 1]);
  await setImmediate();

  expect(calls).toEqual(['proceed']);
  expect([waits.spans, clock.armed]).toEqual([0, 0]);
});

it('proceeds when time is up, and not again when the attributes come', async () => {
  const clock = new ManualClock();
  const waits = openWaits(clock);
  const calls: string[] = [];
  let detect: () => void = () => undefined;
  const ready = new Promise<void>((resolve) => {
    detect = resolve;
  });

  waits.wait({ spans: 1, resources: [resourceReadyAfter(ready)] }, 3_000, () => calls.push('one'));
  clock.advance(3_000);
  detect();
  await setImmediate();

  expect(calls).toEqual(['one']);
});

it('does not proceed once it was called off', async () => {
  const clock = new ManualClock();
  const waits = openWaits(clock);
  const calls: string[] = [];
  const resources = [resourceReadyAfter(Promise.resolve())];

  waits.wait({ spans: 1, resources }, 3_000, () => calls.push('proceed'))();
  await setImmediate();

  expect(calls).toEqual([]);
  expect([waits.spans, clock.armed]).toEqual([0, 0]);
});

it('takes 8 192 spans at the same time', () => {
  const waits = openWaits(new ManualClock());
  const never = resourceReadyAfter(new Promise<void>(() => undefined));

  waits.wait({ spans: 8_000, resources: [never] }, 3_000, () => undefined);

  expect([waits.hasRoomFor(192), waits.hasRoomFor(193)]).toEqual([true, false]);
});

it('asks a resource once, however many wait for it, and again when that is over', async () => {
  const waits = openWaits(new ManualClock());
  const calls: string[] = [];
  let asked = 0;
  const waitForAsyncAttributes = (): Promise<void> => Promise.resolve(void asked++);
  const resource = { attributes: {}, asyncAttributesPending: true, waitForAsyncAttributes };
  const wait = (name: string): void =>
    void waits.wait({ spans: 1, resources: [resource] }, 3_000, () => calls.push(name));

  for (const name of ['a', 'b', 'c']) wait(name);
  expect(asked).toBe(1);
  await setImmediate();
  wait('d');
  await setImmediate();

  expect(calls).toEqual(['a', 'b', 'c', 'd']);
  expect(asked).toBe(2);
});

describe('a resource whose attributes do not come', () => {
  /** Waits for `resource` with one span, for as long as `longestMillis`; says when it proceeds. */
  function open(): {
    readonly clock: ManualClock;
    readonly waits: ResourceWaits;
    readonly late: Resource;
    readonly detect: () => void;
    readonly proceeded: readonly string[];
    readonly wait: (name: string, longestMillis: number) => void;
  } {
    const clock = new ManualClock();
    const waits = openWaits(clock);
    const proceeded: string[] = [];
    let detect: () => void = () => undefined;
    const ready = new Promise<void>((resolve) => {
      detect = resolve;
    });
    const late = resourceReadyAfter(ready);
    const waiting = { spans: 1, resources: [late] };
    const wait = (name: string, longestMillis: number): void =>
      void waits.wait(waiting, longestMillis, () => proceeded.push(name));
    return { clock, waits, late, detect: () => detect(), proceeded, wait };
  }

  it('is given up after a whole wait, and nothing waits for it any more', () => {
    const { clock, waits, late, proceeded, wait } = open();
    const span = makeSpan({ resource: late });

    wait('first', 3_000);
    clock.advance(2_999);
    wait('second', 3_000);
    expect([proceeded, waits.awaitedBy(span)]).toEqual([[], late]);
    clock.advance(1);

    expect([proceeded, waits.spans, clock.armed]).toEqual([['first', 'second'], 0, 0]);
    expect([waits.awaitedBy(span), waits.awaitedByAny([span])]).toEqual([undefined, []]);
    expect(lines).toEqual([
      'attributes of an OTel resource have not come within 3000 ms; until they do, its spans are sent without them',
    ]);
  });

  it('is not given up by waits that are cut short, until it was asked as long ago', () => {
    const { clock, waits, late, proceeded, wait } = open();
    const span = makeSpan({ resource: late });

    wait('first', 1_600);
    clock.advance(1_600);
    expect([proceeded, waits.awaitedBy(span)]).toEqual([['first'], late]);
    wait('second', 1_400);
    clock.advance(1_400);

    expect([proceeded, waits.awaitedBy(span)]).toEqual([['first', 'second'], undefined]);
  });

  it('counts again once it has answered', async () => {
    const { clock, waits, late, detect, wait } = open();
    wait('first', 3_000);
    clock.advance(3_000);

    detect();
    await setImmediate();

    expect(waits.awaitedBy(makeSpan({ resource: late }))).toBe(late);
  });
});
