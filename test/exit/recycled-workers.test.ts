import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { runNode } from '../support/child-process.js';
import { openScriptedAgent } from '../support/scripted-agent.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const SCRIPT = fileURLToPath(new URL('recycling.mjs', import.meta.url));

interface Entry {
  readonly what: string;
  readonly pid: string;
  readonly atMillis: number;
  readonly more: string;
}

function readEntries(file: string): readonly Entry[] {
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  return lines.map((line) => {
    const [what = '', pid = '', at = '', more = ''] = line.split(' ');
    return { what, pid, atMillis: Number(at), more };
  });
}

/** All spans, but not those of a worker that goes on after a signal which nobody handles but us. */
function spansToArrive(entries: readonly Entry[]): readonly string[] {
  const signals = entries.filter(({ what, more }) => what === 'end' && more === 'signal');
  const limits = new Map(signals.map(({ pid, atMillis }) => [pid, atMillis]));
  return entries
    .filter(
      ({ what, pid, atMillis }) => what === 'span' && atMillis < (limits.get(pid) ?? Infinity),
    )
    .map(({ more }) => more);
}

function pick(entries: readonly Entry[], kind: string): readonly string[] {
  return entries.filter(({ what }) => what === kind).map(({ more }) => more);
}

it('each span of workers that are ended under load arrives exactly once', async () => {
  const agent = await openScriptedAgent();
  const file = join(temporaryDirectory(), 'ledger.txt');

  const run = await runNode([SCRIPT, file, '8'], { env: { DD_TRACE_AGENT_URL: agent.url } });

  expect(run).toEqual({ ended: 0, stdout: '', stderr: '' });
  const entries = readEntries(file);
  const arrived = agent.spans.map(({ spanId }) => spanId.toString(16).padStart(16, '0'));
  const known = new Set(arrived);
  const expected = spansToArrive(entries);
  expect(known.size).toBe(arrived.length);
  expect(expected.filter((span) => !known.has(span))).toEqual([]);
  expect(expected.length).toBeGreaterThan(500);
  expect(new Set(pick(entries, 'end')).size).toBe(4);
  // Two died of the signal that was left to us, the other nine ended by themselves.
  expect(pick(entries, 'gone').toSorted().join(' ')).toBe(`${'0 '.repeat(9)}SIGTERM SIGTERM`);
});
