import { describe, expect, it } from 'vitest';
import { refusedUrl } from '../support/raw-server.js';
import { runProgram } from './child-program.js';

/** Fails so often; the heap is looked at after a fifth of it, when all code is warm, and at the end. */
const EXPORTS = 10_000;
const FAIL = `
  const { diag, DiagLogLevel } = await import('${import.meta.resolve('@opentelemetry/api')}');
  const warnings = [];
  const ignore = () => undefined;
  const warn = (...parts) => warnings.push(parts.join(' '));
  diag.setLogger({ error: warn, warn, info: ignore, debug: ignore, verbose: ignore });
  const listeners = () => process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0);
  const heapBytes = async () => {
    await new Promise(setImmediate);
    globalThis.gc();
    return process.memoryUsage().heapUsed;
  };
  const life = new AbortController();
  const exporter = openExporter({ maxRetries: 0, signal: life.signal });
  const kinds = new Set();
  const before = listeners();
  let early = 0;
  for (let count = 50; count <= ${EXPORTS}; count += 50) {
    const outcomes = await Promise.all(Array.from({ length: 50 }, () => outcomeOf(exporter)));
    for (const kind of outcomes) kinds.add(kind);
    if (count === ${EXPORTS} / 5) early = await heapBytes();
  }
  const grownMiB = ((await heapBytes()) - early) / 1024 / 1024;
  const { getEventListeners } = await import('node:events');
  const left = listeners() - before + getEventListeners(life.signal, 'abort').length;
  console.log([...kinds].join(), exporter.stats().dropped, warnings.length, left, grownMiB < 2 || grownMiB);
`;

describe('J2: ten thousand exports that fail', () => {
  it.each(['tcp', 'unix'] as const)(
    'over %s leave a flat heap, no listener and one warning',
    async (over) => {
      const run = await runProgram(FAIL, {
        agentUrl: await refusedUrl(over),
        flags: ['--expose-gc'],
      });

      expect(run).toEqual({ ended: 0, stdout: `connect ${EXPORTS} 1 0 true\n`, stderr: '' });
    },
  );
});
