import { describe, expect, it } from 'vitest';
import { openScriptedAgent } from '../support/scripted-agent.js';
import { startScript } from './script.js';

it('a process that exits, with blockOnExit, warns of spans whose resource attributes come too late', async () => {
  const agent = await openScriptedAgent();
  const script = startScript(
    `import { resourceFromAttributes } from '${import.meta.resolve('@opentelemetry/resources')}';
     printWarnings();
     const createProcessor = (to) => new BatchSpanProcessor(to);
     const processor = new ForkSafeSpanProcessor({ exporter, createProcessor });
     const resource = resourceFromAttributes({ host: new Promise(() => undefined) });
     const own = new NodeTracerProvider({ resource, spanProcessors: [processor] });
     flushOnExit(processor, { blockOnExit: true, timeoutMillis: 10_000 });
     for (let index = 0; index < 7; index++) own.getTracer('own').startSpan('one').end();
     process.exit(0);`,
    { agentUrl: agent.url },
  );

  expect(await script.end).toMatchObject({
    code: 0,
    stdout: 'the span processor still held up to 7 spans; they are lost\n',
    stderr: '',
  });
  expect(agent.requests).toEqual([]);
});

const LATE = `
  import { resourceFromAttributes } from '${import.meta.resolve('@opentelemetry/resources')}';
  const resource = resourceFromAttributes({ host: new Promise(() => undefined) });
  const processor = new DatadogBatchSpanProcessor({ exporter });
  const tracer = new NodeTracerProvider({ resource, spanProcessors: [processor] }).getTracer('own');
  const end = () => { for (let index = 0; index < 7; index++) tracer.startSpan('one').end(); };
  flushOnExit(processor);
`;

describe('spans whose resource attributes come later than the process can wait', () => {
  it.each([
    ['at a natural end', 'end();', { code: 0, signal: null }],
    [
      'at a signal',
      `serve(); end(); process.kill(process.pid, 'SIGTERM');`,
      { code: null, signal: 'SIGTERM' },
    ],
  ])('are delivered without them: %s', async (_name, body, ended) => {
    const agent = await openScriptedAgent();
    const script = startScript(LATE + body, { agentUrl: agent.url });

    expect(await script.end).toMatchObject({ ...ended, stderr: '' });
    expect(agent.spans).toHaveLength(7);
  });
});

describe('spans whose resource attributes have come when the process exits', () => {
  it.each([
    ['a DatadogBatchSpanProcessor', 'new DatadogBatchSpanProcessor({ exporter })'],
    [
      'a ForkSafeSpanProcessor',
      'new ForkSafeSpanProcessor({ exporter, createProcessor: (to) => new BatchSpanProcessor(to) })',
    ],
  ])('are delivered with them: %s', async (_name, processor) => {
    const agent = await openScriptedAgent();
    const script = startScript(
      `import { resourceFromAttributes } from '${import.meta.resolve('@opentelemetry/resources')}';
       let detect;
       const resource = resourceFromAttributes({ region: new Promise((resolve) => (detect = resolve)) });
       const processor = ${processor};
       const own = new NodeTracerProvider({ resource, spanProcessors: [processor] });
       flushOnExit(processor, { blockOnExit: true, timeoutMillis: 10_000 });
       own.getTracer('own').startSpan('one').end();
       detect('eu-1');
       setImmediate(() => process.exit(0));`,
      { agentUrl: agent.url },
    );

    expect(await script.end).toMatchObject({ code: 0, stdout: '', stderr: '' });
    expect(agent.spans).toMatchObject([{ meta: { region: 'eu-1' } }]);
  });
});
