import { describe, expect, it } from 'vitest';
import { buildSnapshotOf } from '../fork/snapshot.js';
import { pem } from '../support/answering-server.js';
import { openScriptedAgent } from '../support/scripted-agent.js';

const DIST = new URL('../../dist/index.cjs', import.meta.url).pathname;

/** Makes `provider` and ends five spans while the snapshot is built, and one in each process. */
function app(pipeline: string, options = ''): string {
  return `
    import { startupSnapshot } from 'node:v8';
    import { BatchSpanProcessor, NodeTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node';
    import { DatadogBatchSpanProcessor, DatadogSpanExporter, ForkSafeSpanProcessor } from '${DIST}';
    const exporter = new DatadogSpanExporter(${options});
    ${pipeline}
    const provider = new NodeTracerProvider({ spanProcessors: [processor] });
    const tracer = provider.getTracer('snapshot');
    for (let count = 0; count < 5; count++) tracer.startSpan('built').end();
    processor.onEnd({ spanContext: () => ({ traceFlags: 0 }) }); // counts nowhere, as nobody sampled it
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

/** Makes ended spans that go through no processor. */
const RECORD = `
  const bare = new NodeTracerProvider().getTracer('direct');
  const record = (name, count) => Array.from({ length: count }, () => {
    const span = bare.startSpan(name);
    span.end();
    return span;
  });
`;

/** Is busy with all that can be under way when the snapshot is written, and then in each process. */
const LOADED_APP = `
  import { startupSnapshot } from 'node:v8';
  import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
  import { DatadogSpanExporter, ForkSafeSpanProcessor } from '${DIST}';
  const limits = { attemptTimeoutMillis: 60_000, timeoutMillis: 60_000, flushTimeoutMillis: 60_000 };
  const exporter = new DatadogSpanExporter(limits); // nothing is sent again because the machine is busy
  const options = { maxQueueSize: 8_192, scheduledDelayMillis: 10 };
  const createProcessor = (to) => new BatchSpanProcessor(to, options);
  const processor = new ForkSafeSpanProcessor({ exporter, createProcessor });
  const tracer = new NodeTracerProvider({ spanProcessors: [processor] }).getTracer('snapshot');
  const end = (name, count) => {
    for (let index = 0; index < count; index++) tracer.startSpan(name).end();
  };
  ${RECORD}
  const exported = (spans) => new Promise((resolve) => exporter.export(spans, resolve));
  const built = [];
  const note = ({ code }) => built.push(code);
  for (let count = 0; count < 3; count++) void exported(record('built', 200)).then(note);
  void processor.forceFlush();
  end('built', 3_000);
  startupSnapshot.setDeserializeMainFunction(async () => {
    const directly = [];
    for (let round = 0; round < 10; round++) {
      end('own', 100);
      directly.push(exported(record('direct', 20)));
      await new Promise(setImmediate);
    }
    await Promise.all(directly);
    await processor.forceFlush();
    const ofProcessor = processor.inherited;
    console.log(JSON.stringify({ built, stats: exporter.stats(), ofProcessor }));
  });
`;

const FORK_SAFE = `
  const createProcessor = (to) => new BatchSpanProcessor(to);
  const processor = new ForkSafeSpanProcessor({ exporter, createProcessor });
`;

describe('G10: processes that start with the snapshot of a traced application', () => {
  it.each([
    {
      behind: 'a ForkSafeSpanProcessor',
      pipeline: FORK_SAFE,
      discarded: { inherited: 0, ofProcessor: 5 },
    },
    {
      behind: 'a DatadogBatchSpanProcessor',
      pipeline: 'const processor = new DatadogBatchSpanProcessor({ exporter });',
      discarded: { inherited: 5 },
    },
    {
      behind: 'one that knows from where it loads undici',
      options: `{ requireFrom: '${DIST}' }`,
      pipeline: 'const processor = new DatadogBatchSpanProcessor({ exporter });',
      discarded: { inherited: 5 },
    },
    {
      behind: 'one that trusts certificates of its own',
      options: `{ ca: ${JSON.stringify(pem('cert'))} }`,
      pipeline: 'const processor = new DatadogBatchSpanProcessor({ exporter });',
      discarded: { inherited: 5 },
    },
    {
      behind: 'a SimpleSpanProcessor',
      pipeline: 'const processor = new SimpleSpanProcessor(exporter);',
      discarded: { inherited: 5 },
    },
  ])('send each of their own spans once behind $behind, and none of the build', async (row) => {
    const { pipeline, options, discarded } = row;
    const agent = await openScriptedAgent();
    const snapshot = await buildSnapshotOf(app(pipeline, options), {
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

  it('send each of their spans once, five at once and all under load, as the build was', async () => {
    const agent = await openScriptedAgent();
    const snapshot = await buildSnapshotOf(LOADED_APP, { DD_TRACE_AGENT_URL: agent.url });
    expect(agent.requests).toEqual([]);

    const services = ['a', 'b', 'c', 'd', 'e'];
    const runs = await Promise.all(
      services.map((service) =>
        snapshot.restore({ DD_SERVICE: service, DD_TRACE_AGENT_URL: agent.url }),
      ),
    );

    for (const { ended, stdout, stderr } of runs) {
      expect({ ended, stderr }).toEqual({ ended: 0, stderr: '' });
      expect(JSON.parse(stdout)).toMatchObject({
        built: [0, 0, 0],
        stats: { received: 1_200, exported: 1_200, dropped: 0, inherited: 600 },
        ofProcessor: 3_000,
      });
    }
    expect(agent.spans).toHaveLength(5 * 1_200);
    expect(new Set(agent.spans.map(({ spanId }) => spanId)).size).toBe(5 * 1_200);
    expect(new Set(agent.spans.map(({ resource }) => resource))).toEqual(
      new Set(['own', 'direct']),
    );
    for (const service of services) {
      const own = agent.spans.filter((span) => span.service === service);
      expect(own).toHaveLength(1_200);
      expect(new Set(own.map(({ meta }) => meta['runtime-id'])).size).toBe(1);
    }
    expect(new Set(agent.spans.map(({ meta }) => meta['runtime-id'])).size).toBe(5);
  }, 30_000);

  it.each(['before', 'behind'])('send what a callback of theirs exports %s ours', async (where) => {
    const agent = await openScriptedAgent();
    const call = 'startupSnapshot.addDeserializeCallback(() => traceEarly());';
    const snapshot = await buildSnapshotOf(
      `${where === 'before' ? call : ''}
       ${app(FORK_SAFE)}
       ${where === 'behind' ? call : ''}
       ${RECORD}
       function traceEarly() {
         tracer.startSpan('early').end();
         exporter.export(record('direct', 1), () => undefined);
       }`,
      { DD_TRACE_AGENT_URL: 'http://127.0.0.1:1' },
    );

    const run = await snapshot.restore({ DD_TRACE_AGENT_URL: agent.url });

    expect(run).toMatchObject({ ended: 0, stderr: '' });
    expect(agent.spans.map(({ resource }) => resource).toSorted()).toEqual([
      'direct',
      'early',
      'started',
    ]);
    expect(JSON.parse(run.stdout)).toEqual({
      received: 3,
      exported: 3,
      inherited: 0,
      ofProcessor: 5,
    });
  });

  it('could be built though what was exported then were no spans', async () => {
    const snapshot = await buildSnapshotOf(`
      import { startupSnapshot } from 'node:v8';
      import { DatadogSpanExporter } from '${DIST}';
      const exporter = new DatadogSpanExporter();
      const log = [];
      const hostile = new Proxy([1, 2], { get: () => { throw new Error('hostile'); } });
      const { proxy, revoke } = Proxy.revocable([], {});
      revoke();
      for (const spans of [undefined, null, 7, {}, hostile, proxy, [null, 1]]) {
        log.push('given');
        exporter.export(spans, ({ code }) => { log.push(code); throw new Error('hostile'); });
        exporter.export(spans, undefined);
      }
      startupSnapshot.setDeserializeMainFunction(() => {
        console.log(...log, exporter.stats().inherited);
      });
    `);

    const run = await snapshot.restore();

    expect(run).toMatchObject({ ended: 0, stderr: '' });
    expect(run.stdout).toBe('given given given given given given given 0 0 0 0 0 0 0 4\n');
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
