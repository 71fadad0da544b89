import { describe, expect, it } from 'vitest';
import { openFaultServer } from '../support/fault-server.js';
import { pause, readAll, reply, stall } from '../support/fault-steps.js';
import { openScriptedAgent } from '../support/scripted-agent.js';
import { startScript } from './script.js';

/** Makes exporters, each with a processor that holds a span of its own. */
const OWN_SPANS = `
  function ownSpans(count, options) {
    for (let index = 0; index < count; index++) {
      const processor = new DatadogBatchSpanProcessor({ exporter: new DatadogSpanExporter() });
      flushOnExit(processor, options);
      const own = new NodeTracerProvider({ spanProcessors: [processor] });
      own.getTracer('own').startSpan('one').end();
    }
  }`;

describe('many exporters of a process that exits, with blockOnExit,', () => {
  it('deliver through a single thread, as the start of one takes some 50 ms', async () => {
    const agent = await openScriptedAgent();
    const script = startScript(
      `import { Worker } from 'node:worker_threads';
       ${OWN_SPANS}
       ownSpans(60, { blockOnExit: true, timeoutMillis: 10_000 });
       const next = () => new Worker('', { eval: true }).threadId; // they are numbered from 1
       process.on('exit', () => console.log('threads', next() - 1));
       process.exit();`,
      { agentUrl: agent.url },
    );

    expect(await script.end).toMatchObject({ code: 0, stdout: 'threads 1\n', stderr: '' });
    expect(agent.spans).toHaveLength(60);
  });

  it('deliver again when the process that seemed to end lives on, and keep it alive no longer', async () => {
    const agent = await openScriptedAgent();
    const script = startScript(
      `${OWN_SPANS}
       const seemToEnd = () => {
         ownSpans(2, { blockOnExit: true, timeoutMillis: 10_000 });
         process.emit('exit', 0);
       };
       setTimeout(() => {
         seemToEnd();
         setTimeout(seemToEnd, 1);
       }, 1);`,
      { agentUrl: agent.url },
    );

    expect(await script.end).toMatchObject({ code: 0, stderr: '' });
    expect(agent.spans).toHaveLength(4);
  });

  it('end their thread when the process that seemed to end lives on', async () => {
    const agent = await openScriptedAgent();
    const script = startScript(
      `${OWN_SPANS}
       const held = serve();
       process.on('worker', (thread) => thread.once('exit', () => clearInterval(held)));
       setTimeout(() => {
         ownSpans(1, { blockOnExit: true, timeoutMillis: 10_000 });
         process.emit('exit', 0);
       }, 1);`,
      { agentUrl: agent.url },
    );

    expect(await script.end).toMatchObject({ code: 0, stderr: '' });
    expect(agent.spans).toHaveLength(1);
  });

  it('send nothing any more that was counted as lost, while others use their share', async () => {
    const slow = await openFaultServer({ scripts: [[readAll, pause(1_200), reply(200)]] });
    const hanging = await openFaultServer({ scripts: [[readAll, stall]] });
    const script = startScript(
      `const limits = { maxConnections: 1, maxPayloadBytes: 2_048 };
       const exporters = [new DatadogSpanExporter(limits), new DatadogSpanExporter({ url: '${hanging.url}' })];
       const processors = exporters.map((exporter) => new DatadogBatchSpanProcessor({ exporter }));
       for (const one of processors) flushOnExit(one, { blockOnExit: true, timeoutMillis: 4_000 });
       process.on('exit', () => console.log(JSON.stringify(exporters.map((one) => one.stats()))));
       const own = new NodeTracerProvider({ spanProcessors: processors }).getTracer('own');
       for (let at = 0; at < 5; at++) own.startSpan('one', { attributes: { text: 'x'.repeat(800) } }).end();
       process.exit();`,
      { agentUrl: slow.url },
    );

    const { stdout } = await script.end;

    expect(JSON.parse(stdout)).toMatchObject([
      { exported: 1, droppedByReason: { timeout: 4 } },
      { exported: 0, droppedByReason: { timeout: 5 } },
    ]);
    expect(slow.spans).toHaveLength(2); // the second was under way when its time was up
  });
});
