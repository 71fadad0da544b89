import { getEventListeners } from 'node:events';
import { expect, it } from 'vitest';
import { onAbort } from '../../src/lang/abort.js';

it('calls the listener when the signal aborts, once', () => {
  const controller = new AbortController();
  const calls: string[] = [];
  onAbort(controller.signal, () => calls.push('aborted'));

  controller.abort();
  controller.abort();

  expect(calls).toEqual(['aborted']);
});

it('calls the listener at once for a signal that has aborted', () => {
  const calls: string[] = [];

  onAbort(AbortSignal.abort(), () => calls.push('aborted'));

  expect(calls).toEqual(['aborted']);
});

it('leaves no listener behind when it is disposed', () => {
  const controller = new AbortController();
  const dispose = onAbort(controller.signal, () => undefined);

  dispose();
  dispose();

  expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
});

it('listens to nothing where there is no signal', () => {
  expect(() => onAbort(undefined, () => undefined)()).not.toThrow();
});
