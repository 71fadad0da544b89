import { describe, expect, it } from 'vitest';
import { ENTRY } from '../fork/script.js';
import { buildSnapshotOf } from '../fork/snapshot.js';
import { openScriptedAgent } from '../support/scripted-agent.js';

const DIST = new URL('../../dist/index.cjs', import.meta.url).pathname;

describe('processes that start with a snapshot', () => {
  it.each([
    [
      'all but the package',
      `import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
       import * as datadog from '${DIST}';
       const load = () => ({ NodeTracerProvider, datadog });`,
    ],
    [
      'the package as well',
      `const load = () => {
         const { createRequire } = process.getBuiltinModule('node:module');
         const require = createRequire('${import.meta.url}');
         const { NodeTracerProvider } = require('@opentelemetry/sdk-trace-node');
         return { NodeTracerProvider, datadog: require('${DIST}') };
       };`,
    ],
  ])('end with no more than a warning if %s is made by their main function', async (_, load) => {
    const agent = await openScriptedAgent();
    const snapshot = await buildSnapshotOf(`
      import { startupSnapshot } from 'node:v8';
      ${load}
      startupSnapshot.setDeserializeMainFunction(() => {
        const { NodeTracerProvider, datadog } = load();
        const exporter = new datadog.DatadogSpanExporter({ requireFrom: '${DIST}' });
        const processor = new datadog.DatadogBatchSpanProcessor({ exporter });
        datadog.flushOnExit(processor, { blockOnExit: true });
        const provider = new NodeTracerProvider({ spanProcessors: [processor] });
        provider.getTracer('end').startSpan('last').end();
        process.on('exit', () => console.log(exporter.stats().dropped));
        process.exit(3);
      });
    `);

    const run = await snapshot.restore({ DD_TRACE_AGENT_URL: agent.url });

    expect(run).toEqual({ ended: 3, stdout: '1\n', stderr: '' });
  });

  it('do not flush at their end what a hook has undone, nor does the build', async () => {
    const snapshot = await buildSnapshotOf(`
      import { startupSnapshot } from 'node:v8';
      import { DatadogSpanExporter, flushOnExit } from '${DIST}';
      import { afterForkInChild, atFork } from '${ENTRY.cjs}';
      atFork({ child: ({ trigger }) => trigger === 'snapshot' && undo() });
      const undo = flushOnExit(new DatadogSpanExporter());
      flushOnExit(new DatadogSpanExporter());
      afterForkInChild();
      startupSnapshot.setDeserializeMainFunction(() => {
        console.log(process.listenerCount('beforeExit'), process.listenerCount('SIGTERM'));
      });
    `);

    expect(await snapshot.restore()).toEqual({ ended: 0, stdout: '1 1\n', stderr: '' });
  });
});
