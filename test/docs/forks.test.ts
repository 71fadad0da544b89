import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { runNode } from '../support/child-process.js';
import { writeModules } from '../support/code-modules.js';
import { openExporter } from '../support/exporters.js';
import { modulesByName } from '../support/markdown-code.js';
import { markedTable, type Table, tableIn } from '../support/markdown-table.js';

const PAGE = fileURLToPath(new URL('../../docs/forks.md', import.meta.url));
/** 33 processes and 3 snapshots, some 4 s where nothing else runs. */
const DEADLINE_MILLIS = 110_000;

const modules = modulesByName(PAGE);

const USE_OF_CLONE = `
import { clone } from './clone.mjs';
import { atFork } from 'opentelemetry-exporter-datadog-agent/fork';
const say = ({ stage, trigger }) => console.log(stage, trigger);
atFork({ before: say, parent: say, child: say });
console.log(clone(() => 'original'));
console.log(clone(() => 'copy'));
`;
const USE_OF_POOL = `
import { Pool } from './pool.mjs';
import { afterForkInChild } from 'opentelemetry-exporter-datadog-agent/fork';
class Counted extends Pool {
  resets = 0;
  reset() {
    super.reset();
    this.resets++;
  }
}
const pool = new Counted();
afterForkInChild();
pool.close();
afterForkInChild();
console.log(pool.resets);
`;
const USE_OF_IDS = `
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-node';
import { idGenerator } from './ids.mjs';
Math.random = () => 0.5;
const tracer = new BasicTracerProvider({ idGenerator }).getTracer('ids');
const contexts = [1, 2].map(() => tracer.startSpan('copy').spanContext());
console.log(contexts.map(({ traceId, spanId }) => [traceId, spanId].map((id) => id.length).join()));
console.log(new Set(contexts.flatMap(({ traceId, spanId }) => [traceId, spanId])).size);
`;

async function output(file: string): Promise<string> {
  const cwd = writeModules({
    ...modules,
    'use-clone.mjs': USE_OF_CLONE,
    'use-pool.mjs': USE_OF_POOL,
    'use-ids.mjs': USE_OF_IDS,
  });
  const { ended, stdout, stderr } = await runNode([file], { cwd });
  expect({ ended, stderr }).toEqual({ ended: 0, stderr: '' });
  return stdout;
}

/** What a script of `scripts/` prints. */
async function printedTable(script: string): Promise<Table> {
  const file = fileURLToPath(new URL(`../../scripts/${script}`, import.meta.url));
  const { ended, stdout, stderr } = await runNode([file], { deadlineMillis: DEADLINE_MILLIS });
  expect({ ended, stderr }).toEqual({ ended: 0, stderr: '' });
  return tableIn(stdout);
}

function tableOfPage(name: string): Table {
  return markedTable(readFileSync(PAGE, 'utf8'), name);
}

describe('docs/forks.md', () => {
  it(
    'says of every fork what really arrives',
    async () => {
      const table = await printedTable('forks.mjs');

      expect(tableOfPage('forks')).toEqual(table);
      expect(table).toHaveLength(6);
    },
    DEADLINE_MILLIS + 10_000,
  );

  it(
    'gives the times that can be measured',
    async () => {
      const names = (await printedTable('fork-times.mjs')).map(([name]) => name);

      expect(tableOfPage('fork-times').map(([name]) => name)).toEqual(names);
      expect(names).toHaveLength(6);
    },
    DEADLINE_MILLIS + 10_000,
  );

  it('has hooks in watch.mjs that see a child process', async () => {
    expect(await output('watch.mjs')).toBe('before a fork (spawn)\nstill the parent\n');
  });

  it('has a clone.mjs that runs the hooks of either side', async () => {
    expect(await output('use-clone.mjs')).toBe(
      'before manual\nparent manual\noriginal\nbefore manual\nchild manual\ncopy\n',
    );
  });

  it('has a pool.mjs that is reset until it is closed', async () => {
    expect(await output('use-pool.mjs')).toBe('1\n');
  });

  it('has ids.mjs, whose ids do not come from Math.random()', async () => {
    expect(await output('use-ids.mjs')).toBe("[ '32,16', '32,16' ]\n4\n");
  });

  it('names the variables that carry the lineage, and no others of that kind', () => {
    const before = new Set(Object.keys(process.env));
    openExporter({ url: 'http://127.0.0.1:1', propagateLineage: true });
    const written = Object.keys(process.env).filter((name) => !before.has(name));

    const named = readFileSync(PAGE, 'utf8').match(/OTEL_\w+/g);

    expect(written).toHaveLength(2);
    expect(named).toEqual(written);
  });

  it('has no code that no test runs', () => {
    expect(Object.keys(modules).toSorted()).toEqual([
      'clone.mjs',
      'ids.mjs',
      'pool.mjs',
      'watch.mjs',
    ]);
  });
});
