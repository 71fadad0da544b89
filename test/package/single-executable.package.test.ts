import { chmodSync, copyFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { runNode } from '../support/child-process.js';
import { plainEnvironment } from '../support/plain-environment.js';
import { openScriptedAgent } from '../support/scripted-agent.js';
import { temporaryDirectory } from '../support/temporary-directory.js';
import { checkBuild } from './built-package.js';
import { runChild } from './child-command.js';
import { runNpm } from './npm-command.js';

const POSTJECT = 'postject@1.0.0-alpha.6';
/** What Node looks for in itself: https://nodejs.org/api/single-executable-applications.html */
const FUSE = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';
const DEADLINE_MILLIS = 60_000;

const APP = `
  import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
  import { DatadogSpanExporter, flushOnExit, ForkSafeSpanProcessor } from 'opentelemetry-exporter-datadog-agent';
  const createProcessor = (exporter) => new BatchSpanProcessor(exporter);
  const processor = new ForkSafeSpanProcessor({ exporter: new DatadogSpanExporter(), createProcessor });
  const provider = new NodeTracerProvider({ spanProcessors: [processor] });
  const isExiting = process.env.END === 'exit';
  flushOnExit(processor, { blockOnExit: isExiting });
  for (let count = 0; count < 50; count++) provider.getTracer('one file').startSpan('last').end();
  if (isExiting) process.exit(3);
`;

/** Is built from the heap that this leaves, with five spans in it. */
const SNAPSHOT_APP = `
  import { startupSnapshot } from 'node:v8';
  import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
  import { DatadogSpanExporter, flushOnExit, ForkSafeSpanProcessor } from 'opentelemetry-exporter-datadog-agent';
  const createProcessor = (exporter) => new BatchSpanProcessor(exporter);
  const processor = new ForkSafeSpanProcessor({ exporter: new DatadogSpanExporter(), createProcessor });
  const provider = new NodeTracerProvider({ spanProcessors: [processor] });
  const endSpans = (count, name) => {
    for (let index = 0; index < count; index++) provider.getTracer('one file').startSpan(name).end();
  };
  endSpans(5, 'built');
  flushOnExit(processor);
  startupSnapshot.setDeserializeMainFunction(() => {
    endSpans(50, 'started');
    process.on('exit', () => console.log(processor.inherited));
  });
`;

interface Kind {
  readonly source: string;
  /** The executable starts with the heap of the application instead of its code. */
  readonly useSnapshot: boolean;
}

/** An executable that is Node and the application in one file. */
async function singleExecutable({ source, useSnapshot }: Kind): Promise<string> {
  checkBuild();
  const cwd = temporaryDirectory();
  const outfile = join(cwd, 'app.cjs');
  await build({
    stdin: { contents: source, resolveDir: import.meta.dirname },
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
  });
  const files = { main: 'app.cjs', output: 'app.blob' };
  const config = { ...files, useSnapshot, disableExperimentalSEAWarning: true };
  writeFileSync(join(cwd, 'sea.json'), JSON.stringify(config));
  const { ended } = await runNode(['--experimental-sea-config', 'sea.json'], { cwd });
  const executable = join(cwd, 'app');
  copyFileSync(process.execPath, executable);
  chmodSync(executable, 0o755);
  const injection = ['postject', executable, 'NODE_SEA_BLOB', 'app.blob', '--sentinel-fuse', FUSE];
  const injected = await runNpm(
    ['exec', '--yes', `--package=${POSTJECT}`, '--', ...injection],
    cwd,
  );
  expect([ended, injected.exitCode, injected.stderr]).toMatchObject([0, 0, expect.any(String)]);
  rmSync(outfile);
  return executable;
}

/** What comes of its start, in which `END` is set. */
function start(executable: string, agentUrl: string, end = 'natural'): ReturnType<typeof runChild> {
  const env = { ...plainEnvironment(), END: end, DD_TRACE_AGENT_URL: agentUrl };
  return runChild(executable, [], { cwd: '/', env, timeoutMillis: DEADLINE_MILLIS });
}

describe('a single-executable application', () => {
  it('delivers its last spans at a natural end and at process.exit()', async () => {
    const executable = await singleExecutable({ source: APP, useSnapshot: false });
    const agent = await openScriptedAgent();
    const run = (end: string): ReturnType<typeof runChild> => start(executable, agent.url, end);

    expect(await run('natural')).toEqual({ exitCode: 0, stdout: '', stderr: '' });
    expect(agent.spans).toHaveLength(50);
    expect(await run('exit')).toEqual({ exitCode: 3, stdout: '', stderr: '' });
    expect(agent.spans).toHaveLength(100);
  });

  it('that is a startup snapshot delivers what each start of it ends, and nothing of the build', async () => {
    const executable = await singleExecutable({ source: SNAPSHOT_APP, useSnapshot: true });
    const agent = await openScriptedAgent();

    for (let count = 0; count < 2; count++) {
      const run = await start(executable, agent.url);
      expect(run).toEqual({ exitCode: 0, stdout: '5\n', stderr: '' });
    }

    expect(agent.spans.map(({ resource }) => resource)).toEqual(
      Array.from({ length: 100 }, () => 'started'),
    );
    expect(new Set(agent.spans.map(({ spanId }) => spanId)).size).toBe(100);
    expect(new Set(agent.spans.map(({ meta }) => meta['runtime-id'])).size).toBe(2);
  });
});
