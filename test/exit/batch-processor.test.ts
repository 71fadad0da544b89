import { describe, expect, it } from 'vitest';
import { openScriptedAgent } from '../support/scripted-agent.js';
import { startScript } from './script.js';

const PROCESSOR = `
  const processor = new DatadogBatchSpanProcessor({ exporter, scheduledDelayMillis: 60_000 });
  const tracer = new NodeTracerProvider({ spanProcessors: [processor] }).getTracer('ending');
  const end = () => {
    for (let count = 0; count < 50; count++) tracer.startSpan('work').end();
  };
`;

describe('a process with a DatadogBatchSpanProcessor', () => {
  it.each([
    ['at its natural end', `flushOnExit(processor); end();`, { code: 0, signal: null }],
    [
      'at a signal',
      `flushOnExit(processor); serve(); end(); process.kill(process.pid, 'SIGTERM');`,
      { code: null, signal: 'SIGTERM' },
    ],
    [
      'at process.exit()',
      `flushOnExit(processor, { blockOnExit: true, timeoutMillis: 10_000 }); end(); process.exit(3);`,
      { code: 3, signal: null },
    ],
    [
      'of a provider alone',
      `const own = new NodeTracerProvider({ spanProcessors: [processor] });
       flushOnExit(own, { blockOnExit: true, timeoutMillis: 10_000 }); end(); process.exit(3);`,
      { code: 3, signal: null },
    ],
  ])('delivers what it holds: %s', async (_name, body, ended) => {
    const agent = await openScriptedAgent();
    const script = startScript(PROCESSOR + body, { agentUrl: agent.url });

    expect(await script.end).toEqual({ ...ended, stdout: '', stderr: '' });
    expect(agent.spans).toHaveLength(50);
    expect(new Set(agent.spans.map(({ spanId }) => spanId)).size).toBe(50);
  });

  it('is not held by spans that wait for others', async () => {
    const agent = await openScriptedAgent();
    const script = startScript(`${PROCESSOR} end();`, { agentUrl: agent.url });

    expect(await script.end).toMatchObject({ code: 0, stderr: '' });
    expect(agent.spans).toEqual([]);
  });
});
