import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { PendingResources } from '../../src/exporter/pending-resources.js';
import type { Resource } from '../../src/index.js';
import { makeSpan, resourceReadyAfter } from '../support/spans.js';

it('keeps a resource in mind until its attributes are there or cannot be found', async () => {
  const resources = new PendingResources();
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
