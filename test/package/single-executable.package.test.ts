import { chmodSync, copyFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { runNode } from '../examples/run-example.js';
import { temporaryDirectory } from '../examples/temporary-directory.js';
import { openScriptedAgent } from '../support/scripted-agent.js';
import { checkBuild } from './built-package.js';
import { plainEnvironment, runChild } from './child-command.js';
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

/** An executable that is Node and the application in one file. */
async function singleExecutable(): Promise<string> {
  checkBuild();
  const cwd = temporaryDirectory();
  const outfile = join(cwd, 'app.cjs');
  await build({
    stdin: { contents: APP, resolveDir: import.meta.dirname },
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
  });
  const config = { main: 'app.cjs', output: 'app.blob', disableExperimentalSEAWarning: true };
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

describe('a single-executable application', () => {
  it('delivers its last spans at a natural end and at process.exit()', async () => {
    const executable = await singleExecutable();
    const agent = await openScriptedAgent();
    const run = (end: string): ReturnType<typeof runChild> => {
      const env = { ...plainEnvironment(), END: end, DD_TRACE_AGENT_URL: agent.url };
      return runChild(executable, [], { cwd: '/', env, timeoutMillis: DEADLINE_MILLIS });
    };

    expect(await run('natural')).toEqual({ exitCode: 0, stdout: '', stderr: '' });
    expect(agent.spans).toHaveLength(50);
    expect(await run('exit')).toEqual({ exitCode: 3, stdout: '', stderr: '' });
    expect(agent.spans).toHaveLength(100);
  });
});
