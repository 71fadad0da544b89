import { describe, expect, it } from 'vitest';
import type { ReceivedSpan } from '../../src/dev-agent/index.js';
import { startScript } from '../exit/script.js';
import { openScriptedAgent } from '../support/scripted-agent.js';
import { ENTRY } from './script.js';

const IMPORTS = `
  import { atFork } from '${ENTRY.mjs}';
  import { fork } from 'node:child_process';
  import cluster from 'node:cluster';
  import { once } from 'node:events';
  import { fileURLToPath } from 'node:url';
  const self = fileURLToPath(import.meta.url);
`;
const STRESS_DEADLINE_MILLIS = 110_000;

/** How many of the spans have each name. */
function countsByName(spans: readonly ReceivedSpan[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { resource } of spans) counts[resource] = (counts[resource] ?? 0) + 1;
  return counts;
}

function distinct(spans: readonly ReceivedSpan[], what: (span: ReceivedSpan) => unknown): number {
  return new Set(spans.map(what)).size;
}

describe('G1: a process, its child and its grandchild', () => {
  it('send what each had buffered before its fork and ends after it, each span once', async () => {
    const agent = await openScriptedAgent();
    const script = startScript(
      `${IMPORTS}
       const depth = Number(process.env.DEPTH ?? 0);
       const log = [depth];
       const add = ({ stage, trigger }) => log.push(stage, trigger);
       atFork({ before: add, parent: add, child: add });
       flushOnExit(target);
       endSpans(10, 'buffered ' + depth);
       if (depth < 2) fork(self, { env: { ...process.env, DEPTH: String(depth + 1) } });
       endSpans(10, 'after ' + depth);
       process.on('exit', () => console.log(...log));`,
      { agentUrl: agent.url },
    );

    // Each ends after its child.
    const stdout = '2\n1 before spawn parent spawn\n0 before spawn parent spawn\n';
    expect(await script.end).toEqual({ code: 0, signal: null, stdout, stderr: '' });
    expect(countsByName(agent.spans)).toEqual(
      Object.fromEntries(
        [0, 1, 2].flatMap((n) => [`buffered ${n}`, `after ${n}`].map((k) => [k, 10])),
      ),
    );
    expect(distinct(agent.spans, ({ spanId }) => spanId)).toBe(60);
    expect(distinct(agent.spans, ({ traceId }) => traceId)).toBe(60);
    expect(distinct(agent.spans, ({ meta }) => meta['runtime-id'])).toBe(3);
  });
});

describe('the workers of a cluster', () => {
  it('are four processes to Datadog, beside their primary', async () => {
    const agent = await openScriptedAgent();
    const script = startScript(
      `${IMPORTS}
       flushOnExit(target);
       if (cluster.isPrimary) {
         endSpans(5, 'primary');
         for (let count = 0; count < 4; count++) cluster.fork();
       } else {
         endSpans(5, 'worker');
         cluster.worker.disconnect();
       }`,
      { agentUrl: agent.url },
    );

    expect(await script.end).toEqual({ code: 0, signal: null, stdout: '', stderr: '' });
    expect(countsByName(agent.spans)).toEqual({ primary: 5, worker: 20 });
    expect(distinct(agent.spans, ({ spanId }) => spanId)).toBe(25);
    expect(distinct(agent.spans, ({ meta }) => meta['runtime-id'])).toBe(5);
    expect(distinct(agent.spans, ({ metrics }) => metrics['process_id'])).toBe(5);
  });
});

describe('a process that makes a pipeline and forks, 25 times', () => {
  it(
    'loses nothing, repeats nothing and comes to its end',
    async () => {
      const agent = await openScriptedAgent();
      const script = startScript(
        `${IMPORTS}
         const createProcessor = (to) => new BatchSpanProcessor(to);
         const round = async () => {
           const processor = new ForkSafeSpanProcessor({ exporter: new DatadogSpanExporter(), createProcessor });
           const provider = new NodeTracerProvider({ spanProcessors: [processor] });
           const end = () => provider.getTracer('round').startSpan('parent').end();
           end();
           const child = fork(self, { env: { ...process.env, IS_CHILD: '1' } });
           end();
           const [[code]] = await Promise.all([once(child, 'exit'), provider.shutdown()]);
           return code;
         };
         if (process.env.IS_CHILD === undefined) {
           const codes = new Set();
           for (let count = 0; count < 25; count++) codes.add(await round());
           console.log(...codes);
         } else {
           flushOnExit(target);
           endSpans(2, 'child');
         }`,
        { agentUrl: agent.url, deadlineMillis: STRESS_DEADLINE_MILLIS },
      );

      expect(await script.end).toEqual({ code: 0, signal: null, stdout: '0\n', stderr: '' });
      expect(countsByName(agent.spans)).toEqual({ parent: 50, child: 50 });
      expect(distinct(agent.spans, ({ spanId }) => spanId)).toBe(100);
      expect(distinct(agent.spans, ({ meta }) => meta['runtime-id'])).toBe(26);
    },
    STRESS_DEADLINE_MILLIS + 5_000,
  );
});
