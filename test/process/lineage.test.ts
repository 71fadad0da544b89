import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { DevAgent } from '../../src/dev-agent/index.js';
import { buildSnapshotOf } from '../fork/snapshot.js';
import { DIST } from '../package/built-package.js';
import { runNode } from '../support/child-process.js';
import { openScriptedAgent } from '../support/scripted-agent.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const FAMILY = new URL('family.mjs', import.meta.url).href;
const PARENT = 'OTEL_EXPORTER_DATADOG_PARENT_RUNTIME_ID';
const ROOT = 'OTEL_EXPORTER_DATADOG_ROOT_RUNTIME_ID';

/** `role` is `first` in the process that the test starts; `start` what starts another by its role. */
const PRELUDE = `
  import { exec, execFile, fork, spawn, spawnSync } from 'node:child_process';
  import cluster from 'node:cluster';
  import { Worker } from 'node:worker_threads';
  import { live } from '${FAMILY}';
  const self = import.meta.filename;
  const role = process.argv[2] ?? 'first';
  const node = process.execPath;
  const variables = () => Object.keys(process.env).filter((name) => /RUNTIME_ID/.test(name));
`;

/** Each process by the name of its span, with the names of its parent and of its root. */
type Tree = Readonly<Record<string, readonly (string | undefined)[]>>;

interface Family {
  readonly tree: Tree;
  readonly stdout: string;
}

function treeOf({ spans }: DevAgent): Tree {
  const names = new Map(spans.map(({ meta, resource }) => [meta['runtime-id'], resource]));
  const nameOf = (id: string | undefined): string | undefined =>
    id === undefined ? id : (names.get(id) ?? `unknown ${id}`);
  return Object.fromEntries(
    spans.map(({ meta, resource }) => [
      resource,
      [nameOf(meta['parent-runtime-id']), nameOf(meta['root-runtime-id'])],
    ]),
  );
}

async function familyOf(body: string, env: Readonly<Record<string, string>> = {}): Promise<Family> {
  const agent = await openScriptedAgent();
  const cwd = temporaryDirectory();
  writeFileSync(join(cwd, 'script.mjs'), PRELUDE + body);
  const run = await runNode(['script.mjs'], {
    cwd,
    env: { DD_TRACE_AGENT_URL: agent.url, ...env },
  });
  expect({ ended: run.ended, stderr: run.stderr }).toEqual({ ended: 0, stderr: '' });
  return { tree: treeOf(agent), stdout: run.stdout };
}

const NONE = [undefined, undefined];

describe('propagateLineage', () => {
  it.each([
    ['fork', 'fork(self, [next]);'],
    ['spawn', "spawn(node, [self, next], { stdio: 'inherit' });"],
    ['execFile', 'execFile(node, [self, next]);'],
    ['exec, through a shell', "exec('\"' + node + '\" \"' + self + '\" ' + next);"],
    ['spawnSync', "spawnSync(node, [self, next], { stdio: 'inherit' });"],
    ['fork with variables added', "fork(self, [next], { env: { ...process.env, MORE: '1' } });"],
  ])('tells children and grandchildren that %s starts', async (_, start) => {
    const { tree } = await familyOf(`
      const next = { first: 'second', second: 'third' }[role];
      await live(role, true);
      if (next !== undefined) { ${start} }
    `);

    expect(tree).toEqual({
      first: NONE,
      second: ['first', 'first'],
      third: ['second', 'first'],
    });
  });

  it('tells the workers of a cluster, and what they start', async () => {
    const { tree } = await familyOf(`
      await live(role, true);
      if (cluster.isPrimary && role === 'first') {
        for (const name of ['one', 'two', 'three']) {
          cluster.setupPrimary({ exec: self, args: [name] });
          cluster.fork();
        }
      } else if (cluster.isWorker) {
        fork(self, ['child of ' + role]);
        cluster.worker.disconnect();
      }
    `);

    expect(tree).toEqual({
      first: NONE,
      one: ['first', 'first'],
      two: ['first', 'first'],
      three: ['first', 'first'],
      'child of one': ['one', 'first'],
      'child of two': ['two', 'first'],
      'child of three': ['three', 'first'],
    });
  });

  it('passes a process that is not traced, or does not hand itself on', async () => {
    const { tree } = await familyOf(`
      const next = { first: 'untraced', untraced: 'silent', silent: 'last' }[role];
      if (role !== 'untraced') await live(role, role === 'silent' ? undefined : true);
      if (next !== undefined) fork(self, [next]);
    `);

    expect(tree).toEqual({
      first: NONE,
      silent: ['first', 'first'],
      last: ['first', 'first'],
    });
  });

  it('does not reach a child with an environment of its own, unless that has both variables', async () => {
    const { tree } = await familyOf(`
      await live(role, true);
      if (role === 'first') {
        const { DD_TRACE_AGENT_URL, ${PARENT}, ${ROOT} } = process.env;
        fork(self, ['bare'], { env: { DD_TRACE_AGENT_URL } });
        fork(self, ['told'], { env: { DD_TRACE_AGENT_URL, ${PARENT}, ${ROOT} } });
      }
    `);

    expect(tree).toEqual({ first: NONE, bare: NONE, told: ['first', 'first'] });
  });

  it('ends with the shutdown of the exporter', async () => {
    const { tree, stdout } = await familyOf(`
      const exporter = await live(role, true);
      if (role === 'first') {
        console.log(variables().length);
        await exporter.shutdown();
        console.log(variables().length);
        fork(self, ['late']);
      }
    `);

    expect(tree).toEqual({ first: NONE, late: NONE });
    expect(stdout).toBe('2\n0\n');
  });

  it('is off unless somebody turns it on: no tags, no variables', async () => {
    const { tree, stdout } = await familyOf(`
      await live(role);
      console.log(variables().length);
      if (role === 'first') fork(self, ['second']);
    `);

    expect(tree).toEqual({ first: NONE, second: NONE });
    expect(stdout).toBe('0\n0\n');
  });

  it('has a worker thread for a child of the thread that started it', async () => {
    const { tree } = await familyOf(`
      import { isMainThread } from 'node:worker_threads';
      const thread = isMainThread ? role : 'thread';
      await live(thread, true);
      if (thread === 'first') new Worker(self);
      if (thread === 'thread') fork(self, ['child of the thread']);
    `);

    expect(tree).toEqual({
      first: NONE,
      thread: ['first', 'first'],
      'child of the thread': ['thread', 'first'],
    });
  });

  it('holds two copies of the package in one process for one', async () => {
    const { tree, stdout } = await familyOf(`
      import { createRequire } from 'node:module';
      await live(role, true);
      const copy = createRequire(self)('${join(DIST, 'index.cjs')}');
      const before = process.env.${PARENT};
      new copy.DatadogSpanExporter({ propagateLineage: true });
      console.log(variables().length, process.env.${PARENT} === before);
      if (role === 'first') fork(self, ['second']);
    `);

    expect(tree).toEqual({ first: NONE, second: ['first', 'first'] });
    expect(stdout).toBe('2 true\n2 true\n');
  });
});

const SNAPSHOT = `
  import { startupSnapshot } from 'node:v8';
  import { NodeTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node';
  import { DatadogSpanExporter } from '${join(DIST, 'index.cjs')}';
  const exporter = new DatadogSpanExporter({ propagateLineage: true });
  const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  startupSnapshot.setDeserializeMainFunction(async () => {
    provider.getTracer('family').startSpan('restored').end();
    await exporter.forceFlush();
    console.log(process.env.${PARENT}, process.env.${ROOT});
  });
`;

describe('a process that starts with a snapshot of an exporter with propagateLineage', () => {
  it('is a child of who started it, not of who built it', async () => {
    const [parent, root] = [
      '11111111-2222-4333-8444-555555555555',
      '66666666-7777-4888-8999-aaaaaaaaaaaa',
    ];
    const agent = await openScriptedAgent();
    const snapshot = await buildSnapshotOf(SNAPSHOT);
    const env = { DD_TRACE_AGENT_URL: agent.url };

    const alone = await snapshot.restore(env);
    const started = await snapshot.restore({ ...env, [PARENT]: parent, [ROOT]: root });

    const ids = agent.spans.map(({ meta }) => [
      meta['runtime-id'],
      meta['parent-runtime-id'],
      meta['root-runtime-id'],
    ]);
    const [[first] = [], [second] = []] = ids;
    expect(first).not.toBe(second);
    expect(ids).toEqual([
      [first, undefined, undefined],
      [second, parent, root],
    ]);
    expect([alone.stdout, started.stdout]).toEqual([`${first} ${first}\n`, `${second} ${root}\n`]);
  });
});
