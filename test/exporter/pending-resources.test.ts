import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { ResourceWaits, UnfinishedResources } from '../../src/exporter/pending-resources.js';
import type { Resource } from '../../src/index.js';
import { ManualClock } from '../support/manual-clock.js';
import { makeSpan } from '../support/spans.js';

function resourceReadyAfter(ready: Promise<void>): Resource {
  return { attributes: {}, asyncAttributesPending: true, waitForAsyncAttributes: () => ready };
}

it('proceeds once when all attributes are there, and leaves no timer', async () => {
  const clock = new ManualClock();
  const waits = new ResourceWaits(clock);
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
  const waits = new ResourceWaits(clock);
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
  const waits = new ResourceWaits(clock);
  const calls: string[] = [];
  const resources = [resourceReadyAfter(Promise.resolve())];

  waits.wait({ spans: 1, resources }, 3_000, () => calls.push('proceed'))();
  await setImmediate();

  expect(calls).toEqual([]);
  expect([waits.spans, clock.armed]).toEqual([0, 0]);
});

it('takes 8 192 spans at the same time', () => {
  const waits = new ResourceWaits(new ManualClock());
  const never = resourceReadyAfter(new Promise<void>(() => undefined));

  waits.wait({ spans: 8_000, resources: [never] }, 3_000, () => undefined);

  expect([waits.hasRoomFor(192), waits.hasRoomFor(193)]).toEqual([true, false]);
});

it('asks a resource once, however many wait for it, and again when that is over', async () => {
  const waits = new ResourceWaits(new ManualClock());
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

it('keeps a resource in mind until its attributes are there or cannot be found', async () => {
  const resources = new UnfinishedResources();
  let detect: () => void = () => undefined;
  const ready = new Promise<void>((resolve) => {
    detect = resolve;
  });
  const late = resourceReadyAfter(ready);
  const finished: string[] = [];

  const note = (resource: Resource): void => resources.noteThatOf(makeSpan({ resource }));

  note({ attributes: {} });
  expect(resources.isEmpty).toBe(true);
  note(late);
  note(late);
  note(resourceReadyAfter(Promise.reject(new Error('not found'))));
  note({ attributes: {}, asyncAttributesPending: true });
  resources.whenEmpty(() => finished.push('finished'));
  resources.whenEmpty(() => finished.push('called off'))();
  await setImmediate();
  expect([finished, resources.isEmpty]).toEqual([[], false]);
  detect();
  await setImmediate();

  expect([finished, resources.isEmpty]).toEqual([['finished'], true]);
});
