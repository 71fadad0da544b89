// Owns building a startup snapshot from a script, with or without the built package's fork hooks in it,
// bundled into one file as Node demands. Judges nothing but that the build ends well.

import { join } from 'node:path';
import { build } from 'esbuild';
import { expect } from 'vitest';
import { checkBuild } from '../package/built-package.js';
import { type NodeRun, runNode } from '../support/child-process.js';
import { temporaryDirectory } from '../support/temporary-directory.js';
import { ENTRY } from './script.js';

const GENERATIONS = 'opentelemetry-exporter-datadog-agent.generations.v1';
/** Spawns as a restored process has to: without a loader of modules. */
const PRELUDE = `
  import { startupSnapshot } from 'node:v8';
  import { atFork } from '${ENTRY.cjs}';
  const log = [];
  const logged = (name) => {
    const add = ({ stage, trigger }) => log.push([name, stage, trigger].join(' '));
    return { before: add, parent: add, child: add };
  };
  const generation = () => Reflect.get(globalThis, Symbol.for('${GENERATIONS}')).present.number;
  const spawn = (file) => process.getBuiltinModule('node:child_process').spawn(file);
  const main = (task) => startupSnapshot.setDeserializeMainFunction(task);
`;

export interface Snapshot {
  /** Starts a process with the snapshot. */
  restore(env?: Readonly<Record<string, string>>): Promise<NodeRun>;
}

/**
 * The script has `atFork`, `startupSnapshot`, `log`, `logged(name)`, which are hooks that log themselves,
 * `generation()`, `spawn(file)`, and `main(task)`, which sets what a restored process does.
 */
export function buildSnapshot(body: string): Promise<Snapshot> {
  return buildSnapshotOf(PRELUDE + body);
}

/** Of any module, which finds packages as the tests do. */
export async function buildSnapshotOf(
  source: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Snapshot> {
  checkBuild(); // before it is bundled
  const cwd = temporaryDirectory();
  await build({
    stdin: { contents: source, resolveDir: import.meta.dirname },
    outfile: join(cwd, 'app.cjs'),
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
  });
  const flags = ['--snapshot-blob', 'app.blob'];
  // Node warns of modules that it has not verified in snapshots.
  const { ended, stderr } = await runNode([...flags, '--build-snapshot', 'app.cjs'], { cwd, env });
  expect({ ended, stderr }).toMatchObject({ ended: 0 });
  return { restore: (own = {}) => runNode(flags, { cwd, env: own }) };
}
