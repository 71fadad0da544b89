import { expect, it } from 'vitest';
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { DIST } from '../package/built-package.js';
import { runNode } from '../support/child-process.js';

/** Reads files as instrumentation of `fs` sees it, in the midst of a request. */
const SCRIPT = `
  import fs from 'node:fs';
  import { context, trace } from '${import.meta.resolve('@opentelemetry/api')}';
  import { AsyncLocalStorageContextManager } from '${import.meta.resolve('@opentelemetry/context-async-hooks')}';
  import { isTracingSuppressed } from '${import.meta.resolve('@opentelemetry/core')}';
  import { DatadogSpanExporter } from '${pathToFileURL(join(DIST, 'index.js')).href}';
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  const read = fs.readFileSync;
  const reads = { suppressed: 0, seen: 0 };
  fs.readFileSync = (file, ...rest) => {
    if (String(file).includes('undici')) reads[isTracingSuppressed(context.active()) ? 'suppressed' : 'seen']++;
    return read(file, ...rest);
  };
  const request = trace.wrapSpanContext({ traceId: '1'.repeat(32), spanId: '1'.repeat(16), traceFlags: 1 });
  const exporter = context.with(trace.setSpan(context.active(), request), () => new DatadogSpanExporter());
  await exporter.forceFlush();
  process.on('exit', () => console.log(reads.suppressed > 10, reads.seen));
`;

it('loads undici where no instrumentation of the file system makes spans of it', async () => {
  const run = await runNode(['--input-type=module', '--eval', SCRIPT]);

  expect(run).toEqual({ ended: 0, stdout: 'true 0\n', stderr: '' });
});
