// Owns the ways in which a process forks, and how each is played in real processes. Counts nothing.

import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';

const PROGRAM = fileURLToPath(new URL('program.mjs', import.meta.url));
const SNAPSHOT_PROGRAM = fileURLToPath(new URL('snapshot-program.mjs', import.meta.url));
const DEADLINE_MILLIS = 60_000;
const execute = promisify(execFile);

/** `run(setup, agentUrl)` resolves when all processes have ended. */
export const WAYS = [
  { name: '`child_process.fork`', run: roles('forking') },
  { name: '`cluster.fork`, two workers', run: roles('primary') },
  { name: 'a startup snapshot, started twice', run: runSnapshot },
  { name: 'a clone that calls `afterForkInChild`', run: roles('cloned', 'clone') },
  { name: 'a clone that does not', run: roles('cloned', 'cloned') },
];

/** A forked process shares its parent's output, which ends only when both have ended. */
function roles(...names) {
  return (setup, agentUrl) =>
    Promise.all(names.map((role) => node([PROGRAM, role, setup], { agentUrl })));
}

async function runSnapshot(setup, agentUrl) {
  const cwd = await mkdtemp(join(tmpdir(), 'dd-forks-'));
  const blob = ['--snapshot-blob', join(cwd, 'app.blob')];
  const outfile = join(cwd, 'app.cjs');
  const format = { bundle: true, platform: 'node', target: 'node20', format: 'cjs' };
  try {
    await build({ entryPoints: [SNAPSHOT_PROGRAM], outfile, ...format });
    await node([...blob, '--build-snapshot', outfile], { agentUrl, setup });
    await Promise.all([1, 2].map(() => node(blob, { agentUrl })));
  } finally {
    await rm(cwd, { recursive: true, force: true });
  }
}

/** @throws Error if it does not end well, or in time. */
function node(args, { agentUrl, setup = '' }) {
  const { PATH } = process.env;
  const env = { PATH, DD_TRACE_AGENT_URL: agentUrl, SETUP: setup };
  return execute(process.execPath, args, { env, timeout: DEADLINE_MILLIS });
}
