import { describe, expect, it } from 'vitest';
import { startScript } from '../exit/script.js';
import { openScriptedAgent } from '../support/scripted-agent.js';
import { ENTRY } from './script.js';

const IMPORTS = `import { afterForkInChild, atFork } from '${ENTRY.mjs}';`;

describe('a process that exports under load while it starts 200 others', () => {
  it.each([
    ['without hooks', ''],
    [
      'though its hooks throw',
      `const fail = () => { throw new Error('from a hook'); };
       for (let count = 0; count < 5; count++) atFork({ before: fail, parent: fail, child: fail });`,
    ],
  ])('loses no span and sends none twice, %s', async (_, hooks) => {
    const agent = await openScriptedAgent();
    const script = startScript(
      `${IMPORTS}
       import { spawn } from 'node:child_process';
       ${hooks}
       const createProcessor = (to) => new BatchSpanProcessor(to, { maxQueueSize: 20_000 });
       const processor = new ForkSafeSpanProcessor({ exporter, createProcessor });
       const tracer = new NodeTracerProvider({ spanProcessors: [processor] }).getTracer('busy');
       let left = 200;
       for (let child = 0; child < 200; child++) {
         for (let count = 0; count < 50; count++) tracer.startSpan('work').end();
         spawn('true', { stdio: 'ignore' }).on('exit', () => left--);
         if (child % 10 === 0) void processor.forceFlush();
         if (child % 3 === 0) await new Promise(setImmediate);
       }
       await processor.forceFlush();
       const { received, exported, inherited } = exporter.stats();
       process.on('exit', () => console.log(received, exported, inherited, left));`,
      { agentUrl: agent.url },
    );

    expect(await script.end).toEqual({
      code: 0,
      signal: null,
      stdout: '10000 10000 0 0\n',
      stderr: '',
    });
    expect(agent.spans).toHaveLength(10_000);
    expect(new Set(agent.spans.map(({ spanId }) => spanId)).size).toBe(10_000);
  });
});

describe('exporters in several threads', () => {
  it('heed a heap that is duplicated in their own thread only', async () => {
    const agent = await openScriptedAgent();
    const script = startScript(
      `${IMPORTS}
       import { once } from 'node:events';
       import { isMainThread, parentPort, Worker } from 'node:worker_threads';
       const createProcessor = (to) => new BatchSpanProcessor(to);
       const processor = new ForkSafeSpanProcessor({ exporter, createProcessor });
       const tracer = new NodeTracerProvider({ spanProcessors: [processor] }).getTracer('thread');
       const end = (name, count) => {
         for (let index = 0; index < count; index++) tracer.startSpan(name).end();
       };
       const exported = () => exporter.stats().exported;
       /** What is sent in one generation, and what another one holds when it ends. */
       const duplicate = async (name) => {
         end(name + ' 1', 100);
         await processor.forceFlush();
         const first = exported();
         end(name + ' left', 50);
         afterForkInChild();
         end(name + ' 2', 10);
         await processor.forceFlush();
         return [first, exported()];
       };
       if (isMainThread) {
         const worker = new Worker(new URL(import.meta.url));
         await once(worker, 'message');
         const main = await duplicate('main');
         worker.postMessage('go');
         const [ofWorker] = await once(worker, 'message');
         console.log(...main, ...ofWorker);
       } else {
         end('thread 1', 1_000); // a batch is on its way, the rest waits
         parentPort.postMessage('ready');
         await once(parentPort, 'message');
         parentPort.postMessage(await duplicate('thread'));
       }`,
      { agentUrl: agent.url },
    );

    const stdout = '100 10 1100 10\n';
    expect(await script.end).toEqual({ code: 0, signal: null, stdout, stderr: '' });
    const counts = new Map<string, number>();
    for (const { resource } of agent.spans) counts.set(resource, (counts.get(resource) ?? 0) + 1);
    expect(Object.fromEntries(counts)).toEqual({
      'main 1': 100,
      'main 2': 10,
      'thread 1': 1_100,
      'thread 2': 10,
    });
    expect(new Set(agent.spans.map(({ meta }) => meta['runtime-id'])).size).toBe(4);
  });
});
