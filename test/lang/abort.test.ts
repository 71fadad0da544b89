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

it('adds one listener to a signal however many wait for it, so that Node warns of no leak', () => {
  const controller = new AbortController();
  const calls: number[] = [];
  const disposers = Array.from({ length: 50 }, (_, index) =>
    onAbort(controller.signal, () => calls.push(index)),
  );

  expect(getEventListeners(controller.signal, 'abort')).toHaveLength(1);
  for (const dispose of disposers.slice(0, 48)) dispose();
  controller.abort();

  expect(calls).toEqual([48, 49]);
  for (const dispose of disposers) dispose();
  expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
});

it('does not call a listener that another one has disposed', () => {
  const controller = new AbortController();
  const calls: string[] = [];
  onAbort(controller.signal, () => {
    calls.push('first');
    disposeSecond();
  });
  const disposeSecond = onAbort(controller.signal, () => calls.push('second'));

  controller.abort();

  expect(calls).toEqual(['first']);
});
