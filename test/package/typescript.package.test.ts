// Owns the proof that the package's types compile with the defaults of each newer TypeScript, which from 6 on know of
// `@types/node` only where it is named.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { runChild } from './child-command.js';
import { environmentOf, THIS_NODE } from './node-line.js';
import { runNpm } from './npm-command.js';
import { packTarball, type PackedTarball } from './packed-tarball.js';
import { temporaryDirectory } from './temporary-directory.js';

const USE = `
  import { trace } from '@opentelemetry/api';
  import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
  import { DatadogSpanExporter, flushOnExit, ForkSafeSpanProcessor } from '${manifest.name}';
  import { startDevAgent } from '${manifest.name}/dev-agent';
  import { atFork } from '${manifest.name}/fork';

  await using agent = await startDevAgent();
  await using exporter = new DatadogSpanExporter({ url: agent.url });
  const createProcessor: ConstructorParameters<typeof ForkSafeSpanProcessor>[0]['createProcessor'] = (to) =>
    new BatchSpanProcessor(to);
  const processor = new ForkSafeSpanProcessor({ exporter, createProcessor });
  export const provider = new NodeTracerProvider({ spanProcessors: [processor] });
  flushOnExit(processor);
  flushOnExit([trace.getTracerProvider(), exporter], { blockOnExit: true });
  atFork({});
`;
const OPTIONS = { module: 'nodenext', target: 'es2022', strict: true, noEmit: true };

let tarball: PackedTarball;

beforeAll(async () => {
  tarball = await packTarball();
  return () => tarball[Symbol.asyncDispose]();
});

it.each(['5.2', '6.0', '7.0'])('compiles with the defaults of TypeScript %s', async (line) => {
  await using directory = await temporaryDirectory();
  const cwd = directory.path;
  await writeFile(join(cwd, 'package.json'), '{ "type": "module" }');
  await writeFile(join(cwd, 'use.ts'), USE);
  await writeFile(
    join(cwd, 'tsconfig.json'),
    JSON.stringify({ compilerOptions: OPTIONS, files: ['use.ts'] }),
  );
  const sdk = ['@opentelemetry/api', '@opentelemetry/sdk-trace-node@2', '@types/node@20'];
  const names = [tarball.path, ...sdk, `typescript@~${line}.0`];
  const installed = await runNpm(['install', ...names], cwd, THIS_NODE);
  expect(installed).toMatchObject({ exitCode: 0 });

  const compiler = join('node_modules', 'typescript', 'bin', 'tsc');
  const compiled = await runChild(THIS_NODE, [compiler, '--project', '.', '--pretty', 'false'], {
    cwd,
    env: environmentOf(THIS_NODE),
    timeoutMillis: 60_000,
  });

  expect(compiled).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
});
