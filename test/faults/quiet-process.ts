// Owns the promise that the exporter leaves the process alone: nothing uncaught, no warning of Node, not
// a byte on its outputs. Broken, it fails the test during which it was. Knows nothing of exporters.

import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, expect, type MockInstance, vi } from 'vitest';

const EVENTS = ['uncaughtExceptionMonitor', 'unhandledRejection', 'warning'] as const;

/** Watches the tests of the file that calls it. */
export function watchProcess(): void {
  const heard: string[] = [];
  const hearers = EVENTS.map((event) => ({
    event,
    hear: (what: unknown): void => void heard.push(`${event}: ${String(what)}`),
  }));
  let outputs: readonly MockInstance[] = [];
  beforeEach(({ onTestFinished }) => {
    heard.length = 0;
    for (const { event, hear } of hearers) process.on(event, hear);
    outputs = [process.stdout, process.stderr].map((output) => vi.spyOn(output, 'write'));
    // Not in afterEach, which does not come here if another one has failed.
    onTestFinished(() => {
      for (const { event, hear } of hearers) process.off(event, hear);
      for (const output of outputs) output.mockRestore();
    });
  });
  afterEach(async () => {
    await setImmediate(); // Node tells of rejections and warnings in a turn of their own
    const written = outputs.flatMap(({ mock }) => mock.calls.map(([chunk]) => `output: ${chunk}`));
    expect([...heard, ...written]).toEqual([]);
  });
}
