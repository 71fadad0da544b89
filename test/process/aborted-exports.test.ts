import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { DIST, PLAIN_SPAN } from '../support/built-modules.js';
import { runNode } from '../support/child-process.js';
import { openFaultServer } from '../support/fault-server.js';
import { readAll, stall } from '../support/fault-steps.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

/**
 * 2 000 exporters, each with 50 exports in all phases that are cut short, share one signal that never
 * aborts; says how many spans were cut, how many listeners are left, and how much the heap has grown
 * after the first fifth.
 */
const SCRIPT = `
  import { getEventListeners } from 'node:events';
  import { plainSpan } from '${PLAIN_SPAN}';
  import { DatadogSpanExporter } from '${DIST}';
  const { signal } = new AbortController();
  const span = plainSpan('24003fafe5640a1c');
  let cut = 0;
  let warnings = 0;
  let early = 0;
  process.on('warning', () => warnings++);
  const heapBytes = async () => {
    await new Promise(setImmediate);
    globalThis.gc();
    return process.memoryUsage().heapUsed;
  };
  for (let round = 1; round <= 2_000; round++) {
    const exporter = new DatadogSpanExporter({ signal });
    for (let count = 0; count < 50; count++) {
      exporter.export([span], ({ error }) => { if (error?.kind === 'shutdown') cut++; });
    }
    const flushes = Array.from({ length: 20 }, () => exporter.forceFlush({ signal }));
    if (round % 4 === 0) await new Promise(setImmediate);
    await exporter.shutdown({ graceMillis: 0, signal });
    await Promise.allSettled(flushes);
    if (round === 400) early = await heapBytes();
  }
  const grownMiB = ((await heapBytes()) - early) / 1024 / 1024;
  const listeners = getEventListeners(signal, 'abort').length;
  console.log(cut, 'cut,', warnings, 'warnings,', listeners, 'listeners, grown', grownMiB);
  process.exit();
`;

it('100 000 aborted exports on one signal leave no listener, no warning and a flat heap', async () => {
  const server = await openFaultServer({ scripts: [[readAll, stall]] });
  const file = join(temporaryDirectory(), 'script.mjs');
  writeFileSync(file, SCRIPT);

  const env = { DD_TRACE_AGENT_URL: server.url };
  const run = await runNode(['--expose-gc', file], { env, deadlineMillis: 55_000 });

  expect(run).toMatchObject({ ended: 0, stderr: '' });
  const [counts, grownMiB] = run.stdout.split(' grown ');
  expect(counts).toBe('100000 cut, 0 warnings, 0 listeners,');
  expect(Number(grownMiB)).toBeLessThan(2);
}, 60_000);
