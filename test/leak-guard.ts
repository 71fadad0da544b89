// Owns the rule that a test file leaves nothing behind: no socket, server, timer, thread or process that would
// keep Node, and no listener on `process`. A setup file of vitest, so that it is around every file of `npm test`.

import { setImmediate } from 'node:timers/promises';
import { afterAll } from 'vitest';

/** Closing takes a few turns, and ending a child process takes as long as the system needs for it. */
const PATIENCE_MILLIS = 5_000;
/** What Node names resources that would keep it, apart from work of a single turn. */
const LASTING = /Wrap$|^(Timeout|MessagePort|FSEvent)$/;

/** Threads that run: no list of Node's has them. */
let threads = 0;
process.on('worker', (thread) => {
  threads++;
  thread.once('exit', () => threads--);
});

type Census = ReadonlyMap<string, number>;

function countOf(names: readonly string[]): Census {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

function census(): Census {
  const resources = process.getActiveResourcesInfo().filter((name) => LASTING.test(name));
  const listeners = process
    .eventNames()
    .flatMap((event) =>
      Array.from({ length: process.listenerCount(event) }, () => `on ${String(event)}`),
    );
  return countOf([...resources, ...listeners, ...Array.from({ length: threads }, () => 'thread')]);
}

function newcomers(before: Census): readonly string[] {
  return [...census()]
    .filter(([name, count]) => count > (before.get(name) ?? 0))
    .map(([name, count]) => `${name}: ${before.get(name) ?? 0} before, ${count} after`);
}

const before = census();

afterAll(async () => {
  const deadline = performance.now() + PATIENCE_MILLIS;
  while (newcomers(before).length > 0 && performance.now() < deadline) await setImmediate();
  const left = newcomers(before);
  if (left.length > 0) throw new Error(`This file leaves behind ${left.join(', ')}`);
});
