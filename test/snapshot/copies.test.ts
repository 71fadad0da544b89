import { describe, expect, it } from 'vitest';
import { buildSnapshotOf } from '../fork/snapshot.js';
import { openScriptedAgent } from '../support/scripted-agent.js';

const DIST = new URL('../../dist/index.cjs', import.meta.url).pathname;
const PIPELINE = `
  import { startupSnapshot } from 'node:v8';
  import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
  import { DatadogSpanExporter, ForkSafeSpanProcessor } from '${DIST}';
  const exporter = new DatadogSpanExporter();
  const createProcessor = (to) => new BatchSpanProcessor(to);
  const processor = new ForkSafeSpanProcessor({ exporter, createProcessor });
  const provider = new NodeTracerProvider({ spanProcessors: [processor] });
  const end = () => provider.getTracer('copies').startSpan('work').end();
  const main = (task) => startupSnapshot.setDeserializeMainFunction(task);
`;

describe('processes that start with the same snapshot at the same time', () => {
  it('share no id, and each counts its own spans', async () => {
    const agent = await openScriptedAgent();
    const snapshot = await buildSnapshotOf(`
      ${PIPELINE}
      end();
      main(async () => {
        for (let count = 0; count < 200; count++) end();
        await processor.forceFlush(); // a busy machine may take longer than the grace of a shutdown
        await processor.shutdown();
        const { received, exported } = exporter.stats();
        console.log(received, exported);
      });
    `);

    const start = { DD_TRACE_AGENT_URL: agent.url };
    const runs = await Promise.all([1, 2, 3].map(() => snapshot.restore(start)));

    const printed = { ended: 0, stdout: '200 200\n', stderr: '' };
    expect(runs).toEqual([printed, printed, printed]);
    expect(agent.spans).toHaveLength(600);
    expect(new Set(agent.spans.map(({ spanId }) => spanId)).size).toBe(600);
    expect(new Set(agent.spans.map(({ traceId }) => traceId)).size).toBe(600);
    expect(new Set(agent.spans.map(({ meta }) => meta['runtime-id'])).size).toBe(3);
  });
});

describe('what was begun while a snapshot was built', () => {
  it('has settled, and holds up no flush or shutdown of the processes', async () => {
    const agent = await openScriptedAgent();
    const snapshot = await buildSnapshotOf(`
      ${PIPELINE}
      const settled = [];
      end();
      exporter.export([{}, {}], ({ code }) => settled.push('export ' + code));
      exporter.forceFlush().then(() => settled.push('flush of the exporter'));
      processor.forceFlush().then(() => settled.push('flush of the processor'));
      main(async () => {
        end();
        await processor.forceFlush();
        end();
        await processor.shutdown();
        console.log(settled.sort().join(), exporter.stats().exported);
      });
    `);

    const run = await snapshot.restore({ DD_TRACE_AGENT_URL: agent.url });

    const stdout = 'export 0,flush of the exporter,flush of the processor 2\n';
    expect(run).toEqual({ ended: 0, stdout, stderr: '' });
    expect(agent.spans).toHaveLength(2);
  });
});

describe('a process that starts with a snapshot', () => {
  it('F17: keeps nothing of the request of a user that is the first to be exported', async () => {
    const agent = await openScriptedAgent();
    const snapshot = await buildSnapshotOf(`
      ${PIPELINE}
      main(async () => {
        const { AsyncLocalStorage } = process.getBuiltinModule('node:async_hooks');
        const { subscribe } = process.getBuiltinModule('node:diagnostics_channel');
        const requests = new AsyncLocalStorage();
        const seen = [];
        for (const channel of ['undici:client:sendHeaders', 'undici:client:connected']) {
          subscribe(channel, () => seen.push(String(requests.getStore())));
        }
        await requests.run('request', async () => {
          end();
          await processor.forceFlush();
        });
        await processor.shutdown();
        console.log(seen.join(), exporter.stats().exported);
      });
    `);

    const run = await snapshot.restore({ DD_TRACE_AGENT_URL: agent.url });

    expect(run).toEqual({ ended: 0, stdout: 'undefined,undefined 1\n', stderr: '' });
  });
});
