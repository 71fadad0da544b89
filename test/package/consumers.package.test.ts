// Owns the proof that the tarball serves users of each SDK line: it installs with npm's defaults,
// runs with the real SDK as ES module and CommonJS, and compiles without `skipLibCheck`.

import { beforeAll, describe, expect, it } from 'vitest';

import packageJson from '../../package.json' with { type: 'json' };
import { startDevAgent } from '../../src/dev-agent/index.js';
import { openRawServer } from '../support/raw-server.js';
import { ConsumerProject, type SdkLine } from './consumer-project.js';
import { endOf, identityOf, npmWarningCodes } from './consumer-output.js';
import { packTarball, type PackedTarball } from './packed-tarball.js';

interface Line {
  readonly line: SdkLine;
  /** As its resource says it; in SDK 2 that of sdk-trace-node, which makes the spans. */
  readonly sdkVersion: string;
  /** Codes of the warnings that `npm install` may print. */
  readonly warnings: readonly string[];
  /** Tags of the server span that only this line can give. */
  readonly tags: Readonly<Record<string, string>>;
}

const LINES: readonly Line[] = [
  { line: 'sdk-1.30', sdkVersion: '1.30.1', warnings: [], tags: {} },
  { line: 'sdk-2', sdkVersion: '2.12.0', warnings: [], tags: {} },
  {
    line: 'sdk-3',
    sdkVersion: '3.1.1',
    warnings: ['EBADENGINE'], // SDK 3 itself wants Node 22.15
    tags: {
      'order.nested': '{"id":7,"lines":[{"bytes":"AQI=","sku":"a-1"}]}',
      'order.mixed': '["text",1.5,true,null]',
      'order.bytes': '3q2+7w==',
      'order.none': '',
    },
  },
];

const NAME = packageJson.name;
const MAIN_EXPORTS: unknown = expect.arrayContaining([
  'DatadogExportError',
  'DatadogSpanExporter',
  'DatadogBatchSpanProcessor',
  'ForkSafeSpanProcessor',
]);
const MINUTE_MILLIS = 60_000;
/** The grace is 1 s; the SDK's processor alone takes 10 s. */
const GRACE_AND_SLACK_MILLIS = 3_000;

let tarball: PackedTarball;

beforeAll(async () => {
  tarball = await packTarball();
  return () => tarball[Symbol.asyncDispose]();
}, MINUTE_MILLIS);

describe.each(LINES)('a project on $line', ({ line, sdkVersion, warnings, tags }) => {
  let project: ConsumerProject;

  beforeAll(async () => {
    project = await ConsumerProject.create(line, tarball);
    return () => project[Symbol.asyncDispose]();
  }, 3 * MINUTE_MILLIS);

  it('installs with the default flags of npm', () => {
    const { exitCode, stdout, stderr } = project.installation;

    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
    expect(stdout + stderr).not.toContain('ERESOLVE');
    expect(npmWarningCodes(stderr).filter((code) => !warnings.includes(code))).toEqual([]);
    expect(stderr).not.toContain(`package: '${NAME}`);
  });

  it('has a valid tree with one copy of the API', async () => {
    const tree = await project.npm('ls', '--all');
    const copies = await project.npm('ls', '--all', '--parseable', '@opentelemetry/api');

    expect({ ...tree, stdout: '' }).toMatchObject({ exitCode: 0 });
    expect(copies.stdout.trim().split('\n')).toHaveLength(1);
    expect(tree.stdout).toContain(`${NAME}@${packageJson.version}`);
  });

  it.each(['use.mjs', 'use.cjs'])('sends real spans from %s', async (file) => {
    await using agent = await startDevAgent();

    const child = await project.node(file, { DD_TRACE_AGENT_URL: agent.url });

    expect(child).toMatchObject({ exitCode: 0, stderr: '' });
    expect(agent.violations).toEqual([]);
    expect(JSON.parse(child.stdout)).toEqual({
      spans: agent.spans.map(identityOf),
      stats: {
        received: 4,
        exported: 4,
        dropped: 0,
        droppedByReason: {},
        buffered: 0,
        inFlight: 0,
        inherited: 0,
      },
    });
    expect(agent.traces).toHaveLength(1);
  });

  it.each(['use.mjs', 'use.cjs'])('sends what the spans of %s hold', async (file) => {
    await using agent = await startDevAgent();

    await project.node(file, { DD_TRACE_AGENT_URL: agent.url });

    expect(agent.spans).toMatchObject([
      { service: 'shop', name: 'http.client.request', type: 'http', error: 0 },
      {
        name: 'Internal',
        startUnixNanos: 1_760_000_000_123_456_789n,
        durationNanos: 7_250_000_001n,
        error: 0,
      },
      { error: 1, meta: { 'error.type': 'RangeError', 'error.message': 'out of stock' } },
      {
        service: 'shop',
        name: 'http.server.request',
        type: 'web',
        error: 0,
        meta: { 'telemetry.sdk.version': sdkVersion, ...tags },
      },
    ]);
  });

  it.each([
    ['pipeline.mjs', 'flush', 4],
    ['pipeline.cjs', 'shutdown', 0],
    ['stream.mjs', 'flush', 4],
    ['stream.mjs', 'shutdown', 0],
  ])('drains a pipeline of %s by the %s of its provider', async (file, end, flushed) => {
    await using agent = await startDevAgent();
    const environment = { DD_TRACE_AGENT_URL: agent.url, PIPELINE_ENDS_WITH: end };

    const child = await project.node(file, environment);

    expect(child).toMatchObject({ exitCode: 0, stderr: '' });
    expect(agent.violations).toEqual([]);
    expect(JSON.parse(child.stdout)).toMatchObject({
      spans: agent.spans.map(identityOf),
      account: { received: 4, flushed, exported: 4, droppedByReason: {} },
    });
  });

  it.each(['pipeline.mjs', 'pipeline.cjs', 'stream.mjs'])(
    'ends a pipeline of %s within its grace when the Agent hangs',
    async (file) => {
      const { url } = await openRawServer((socket) => socket.resume());

      const child = await project.node(file, { DD_TRACE_AGENT_URL: url });

      expect(child).toMatchObject({ exitCode: 0, stderr: '' });
      const { account, shutdownMillis } = endOf(child.stdout);
      expect(account).toMatchObject({ received: 4, droppedByReason: { shutdown: 4 } });
      expect(shutdownMillis).toBeLessThan(GRACE_AND_SLACK_MILLIS);
    },
  );

  it.each(['entries.mjs', 'entries.cjs'])('loads the public entries only, %s', async (file) => {
    const child = await project.node(file);

    expect(child).toMatchObject({ exitCode: 0, stderr: '' });
    expect(JSON.parse(child.stdout)).toEqual({
      version: packageJson.version,
      entries: {
        [NAME]: MAIN_EXPORTS,
        [`${NAME}/dev-agent`]: ['startDevAgent'],
        [`${NAME}/fork`]: ['afterForkInChild', 'atFork', 'withForkHooks'],
        [`${NAME}/dist/index.js`]: 'ERR_PACKAGE_PATH_NOT_EXPORTED',
        [`${NAME}/dist/index.cjs`]: 'ERR_PACKAGE_PATH_NOT_EXPORTED',
        [`${NAME}/dist/fork.js`]: 'ERR_PACKAGE_PATH_NOT_EXPORTED',
        [`${NAME}/dist/dev-agent.js`]: 'ERR_PACKAGE_PATH_NOT_EXPORTED',
        [`${NAME}/src/index.ts`]: 'ERR_PACKAGE_PATH_NOT_EXPORTED',
      },
    });
  });

  it.each([
    ['.mts and .cts with module NodeNext', 'tsconfig.json'],
    ['moduleResolution bundler', 'tsconfig.bundler.json'],
  ])(
    'compiles as %s',
    async (_, tsconfig) => {
      await expect(project.tsc(tsconfig)).resolves.toEqual({ exitCode: 0, stdout: '', stderr: '' });
    },
    MINUTE_MILLIS,
  );
});
