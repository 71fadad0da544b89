import { describe, expect, it } from 'vitest';
import { buildSnapshotOf } from '../fork/snapshot.js';
import { openScriptedAgent } from '../support/scripted-agent.js';

const DIST = new URL('../../dist/index.cjs', import.meta.url).pathname;

/** Makes `provider` and ends five spans while the snapshot is built, and one in each process. */
function app(pipeline: string): string {
  return `
    import { startupSnapshot } from 'node:v8';
    import { BatchSpanProcessor, NodeTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node';
    import { DatadogSpanExporter, flushOnExit, ForkSafeSpanProcessor } from '${DIST}';
    const exporter = new DatadogSpanExporter();
    ${pipeline}
    const provider = new NodeTracerProvider({ spanProcessors: [processor] });
    const tracer = provider.getTracer('snapshot');
    for (let count = 0; count < 5; count++) tracer.startSpan('built').end();
    startupSnapshot.setDeserializeMainFunction(() => {
      tracer.startSpan('started').end();
      setTimeout(async () => {
        await provider.forceFlush();
        await exporter.forceFlush();
        const { received, exported, inherited } = exporter.stats();
        console.log(JSON.stringify({ received, exported, inherited, ofProcessor: processor.inherited }));
      }, 300);
    });
  `;
}

const FORK_SAFE = `
  const createProcessor = (to) => new BatchSpanProcessor(to);
  const processor = new ForkSafeSpanProcessor({ exporter, createProcessor });
`;

describe('processes that start with the snapshot of a traced application', () => {
  it.each([
    {
      behind: 'a ForkSafeSpanProcessor',
      pipeline: FORK_SAFE,
      discarded: { inherited: 0, ofProcessor: 5 },
    },
    {
      behind: 'a SimpleSpanProcessor',
      pipeline: 'const processor = new SimpleSpanProcessor(exporter);',
      discarded: { inherited: 5 },
    },
  ])('send each of their own spans once behind $behind, and none of the build', async (row) => {
    const { pipeline, discarded } = row;
    const agent = await openScriptedAgent();
    const snapshot = await buildSnapshotOf(app(pipeline), {
      DD_SERVICE: 'build',
      DD_TRACE_AGENT_URL: 'http://127.0.0.1:1',
    });

    for (const service of ['first', 'second']) {
      const run = await snapshot.restore({ DD_SERVICE: service, DD_TRACE_AGENT_URL: agent.url });
      expect(run).toMatchObject({ ended: 0, stderr: '' });
      expect(JSON.parse(run.stdout)).toEqual({ received: 1, exported: 1, ...discarded });
    }

    expect(agent.spans.map(({ resource, service }) => [resource, service])).toEqual([
      ['started', 'first'],
      ['started', 'second'],
    ]);
    expect(new Set(agent.spans.map(({ meta }) => meta['runtime-id'])).size).toBe(2);
    expect(new Set(agent.spans.map(({ metrics }) => metrics['process_id'])).size).toBe(2);
    expect(agent.violations).toEqual([]);
  });

  it.each([
    {
      how: 'at their natural end',
      end: 'process.exitCode = 3;',
      exported: 50,
    },
    {
      // No worker thread can send there: Node aborts it, and the process.
      how: 'with no more than a warning at process.exit()',
      end: 'process.exit(3);',
      exported: 0,
    },
  ])('end $how if flushOnExit was called in the build', async ({ end, exported }) => {
    const agent = await openScriptedAgent();
    const snapshot = await buildSnapshotOf(`
      import { startupSnapshot } from 'node:v8';
      import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
      import { DatadogSpanExporter, flushOnExit, ForkSafeSpanProcessor } from '${DIST}';
      const exporter = new DatadogSpanExporter();
      ${FORK_SAFE}
      flushOnExit(processor, { blockOnExit: true });
      flushOnExit(processor)(); // undone
      const provider = new NodeTracerProvider({ spanProcessors: [processor] });
      startupSnapshot.setDeserializeMainFunction(() => {
        process.on('exit', () => console.log(exporter.stats().exported, exporter.stats().dropped));
        for (let count = 0; count < 50; count++) provider.getTracer('end').startSpan('last').end();
        ${end}
      });
    `);

    const run = await snapshot.restore({ DD_TRACE_AGENT_URL: agent.url });

    expect(run).toEqual({ ended: 3, stdout: `${exported} ${50 - exported}\n`, stderr: '' });
    expect(agent.spans).toHaveLength(exported);
  });

  it('send the spans of the build as well without our processor: the control', async () => {
    const agent = await openScriptedAgent();
    // An exporter without fork hooks, which sends to ours.
    const snapshot = await buildSnapshotOf(
      app(`
        const unaware = { export: (spans, done) => exporter.export(spans, done), forceFlush: async () => {}, shutdown: async () => {} };
        const processor = new BatchSpanProcessor(unaware, { scheduledDelayMillis: 60_000 });
      `),
    );

    for (let count = 0; count < 2; count++) {
      await snapshot.restore({ DD_TRACE_AGENT_URL: agent.url });
    }

    const built = agent.spans.filter(({ resource }) => resource === 'built');
    expect(built).toHaveLength(10);
    expect(new Set(built.map(({ spanId }) => spanId)).size).toBe(5);
  });
});
