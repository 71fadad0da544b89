import { describe, expect, it } from 'vitest';
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
  it('deliver within a time in which none could start a thread of its own', async () => {
    const agent = await openScriptedAgent();
    const script = startScript(
      `${OWN_SPANS}
       ownSpans(60, { blockOnExit: true, timeoutMillis: 1_200 });
       process.exit();`,
      { agentUrl: agent.url },
    );

    expect(await script.end).toMatchObject({ code: 0, stderr: '' });
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
});
