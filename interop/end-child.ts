// Owns ending a child process in every state that it may be in. Knows no program.

import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** For a program that was asked to end; then it is killed. */
const PATIENCE_MILLIS = 10_000;

/**
 * Resolves once `child` has ended, at once if it already had.
 *
 * @param ask Asks it to end; not called if there is nobody to ask.
 */
export async function endChild(child: ChildProcess, ask: () => unknown): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  ask();
  const late = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MILLIS);
  await exited;
  clearTimeout(late);
}
