import { describe, expect, it } from 'vitest';
import { holdReply } from '../support/held-reply.js';
import { openScriptedAgent } from '../support/scripted-agent.js';
import { startScript } from './script.js';

const READY = "console.log('ready');";

describe('G6: a signal', () => {
  it.each([
    ['SIGTERM', 'flushOnExit(target);'],
    ['SIGINT', 'flushOnExit(target);'],
    ['SIGHUP', "flushOnExit(target, { signals: ['SIGHUP'] });"],
    ['SIGQUIT', "flushOnExit(target, { signals: ['SIGTERM', 'SIGQUIT'] });"],
    ['SIGUSR2', "flushOnExit(target, { signals: ['SIGUSR2'], reraise: 'always' });"],
  ] as const)('%s ends the process as ever, once its spans are delivered', async (signal, call) => {
    const agent = await openScriptedAgent();
    const script = startScript(`${call} endSpans(); serve(); ${READY}`, { agentUrl: agent.url });
    await script.says('ready');

    script.child.kill(signal);

    expect(await script.end).toEqual({ code: null, signal, stdout: 'ready\n', stderr: '' });
    expect(agent.spans).toHaveLength(50);
  });

  it.each([
    ['that was not asked for', "flushOnExit(target, { signals: ['SIGINT'] });"],
    ['when there are none to listen to', 'flushOnExit(target, { signals: [] });'],
    ['after everything was undone', 'flushOnExit(target)();'],
  ])('%s ends the process at once', async (_, call) => {
    const agent = await openScriptedAgent();
    const script = startScript(`${call} endSpans(); serve(); ${READY}`, { agentUrl: agent.url });
    await script.says('ready');

    script.child.kill('SIGTERM');

    expect(await script.end).toMatchObject({ code: null, signal: 'SIGTERM' });
    expect(agent.spans).toEqual([]);
  });

  it('is flushed for after all its listeners have run, and only once at a time', async () => {
    const agent = await openScriptedAgent();
    const script = startScript(
      `flushOnExit(target);
       process.on('SIGTERM', () => endSpans(7));
       process.on('SIGTERM', () => setImmediate(() => clearInterval(server)));
       const server = serve(); ${READY}`,
      { agentUrl: agent.url },
    );
    await script.says('ready');

    script.child.kill('SIGTERM');

    expect(await script.end).toMatchObject({ code: 0, stderr: '' });
    expect(agent.spans).toHaveLength(7);
    expect(agent.requests).toHaveLength(1);
  });
});

describe('a second signal during the flush', () => {
  it('is the same wish if it follows closely: the flush goes on', async () => {
    const agent = await openScriptedAgent();
    const held = holdReply();
    agent.answer(held.reply);
    const script = startScript(`flushOnExit(target); endSpans(); serve(); ${READY}`, {
      agentUrl: agent.url,
    });
    await script.says('ready');

    script.child.kill('SIGINT');
    script.child.kill('SIGTERM');
    script.child.kill('SIGINT');
    await agent.waitForRequests(1);
    held.release();

    expect(await script.end).toMatchObject({ code: null, stderr: '' });
    expect(agent.spans).toHaveLength(50);
  });

  it('ends the process at once if it comes later: the user has lost patience', async () => {
    const agent = await openScriptedAgent();
    const held = holdReply();
    agent.answer(held.reply);
    const script = startScript(
      `flushOnExit(target, { timeoutMillis: 60_000 });
       endSpans(); serve(); ${READY}`,
      { agentUrl: agent.url },
    );
    await script.says('ready');

    const start = performance.now();
    const pressing = setInterval(() => script.child.kill('SIGINT'), 100);
    const end = await script.end;
    clearInterval(pressing);
    held.release();

    expect(end).toMatchObject({ code: null, signal: 'SIGINT', stderr: '' });
    expect(performance.now() - start).toBeGreaterThan(500);
  });

  it('says then what is lost with it', async () => {
    const agent = await openScriptedAgent();
    const held = holdReply();
    agent.answer(held.reply);
    const script = startScript(
      `printWarnings();
       const own = new DatadogSpanExporter({ maxConnections: 1 });
       const processor = new DatadogBatchSpanProcessor({ exporter: own });
       flushOnExit(processor, { timeoutMillis: 60_000 });
       const tracer = new NodeTracerProvider({ spanProcessors: [processor] }).getTracer('own');
       for (let index = 0; index < 3; index++) {
         tracer.startSpan('one').end();
         processor.forceFlush().catch(() => undefined);
       }
       serve(); ${READY}`,
      { agentUrl: agent.url },
    );
    await script.says('ready');
    await agent.waitForRequests(1);

    const pressing = setInterval(() => script.child.kill('SIGINT'), 100);
    const { stdout, signal } = await script.end;
    clearInterval(pressing);
    held.release();

    expect(signal).toBe('SIGINT');
    const [, ...lines] = stdout.trim().split('\n');
    expect(lines).toEqual([
      expect.stringMatching(/the process ended before the Agent answered for 1 span; whether it/),
      expect.stringMatching(
        /not sent: there was no time to send the spans: the process ended first; 2 spans lost$/,
      ),
    ]);
  });
});

describe('what can go wrong', () => {
  it('an Agent that does not answer delays death no longer than the time limit', async () => {
    const agent = await openScriptedAgent();
    const held = holdReply();
    agent.answer(held.reply);
    const script = startScript(
      `flushOnExit(target, { timeoutMillis: 300 }); endSpans(); serve(); ${READY}`,
      { agentUrl: agent.url },
    );
    await script.says('ready');

    const start = performance.now();
    script.child.kill('SIGTERM');
    const end = await script.end;
    held.release();

    expect(end).toEqual({ code: null, signal: 'SIGTERM', stdout: 'ready\n', stderr: '' });
    // Far from the ten seconds that the export itself would take.
    expect(performance.now() - start).toBeLessThan(3_000);
  });

  it.each([
    [
      'fails',
      "Promise.reject(new Error('no disk'))",
      5_000,
      'failed: no disk; spans that were not delivered are lost',
    ],
    [
      'throws',
      "{ throw new Error('no disk'); }",
      5_000,
      'failed: no disk; spans that were not delivered are lost',
    ],
    [
      'hangs',
      'new Promise(() => undefined)',
      50,
      'took more than 50 ms; spans that were not delivered are lost',
    ],
  ])('a flush that %s is warned of once', async (_, result, timeoutMillis, message) => {
    const agent = await openScriptedAgent();
    const script = startScript(
      `printWarnings();
       flushOnExit({ forceFlush: () => ${result} }, { timeoutMillis: ${timeoutMillis} });
       serve(); ${READY}`,
      { agentUrl: agent.url },
    );
    await script.says('ready');

    script.child.kill('SIGTERM');

    expect(await script.end).toEqual({
      code: null,
      signal: 'SIGTERM',
      stdout: `ready\nthe flush at the end of the process ${message}\n`,
      stderr: '',
    });
  });

  it.each([
    ['provider and exporter', 'target'],
    ['provider', 'provider'],
  ])('holds no application that ends by itself, when the Agent hangs: %s', async (_, flushed) => {
    const agent = await openScriptedAgent();
    const held = holdReply();
    agent.answer(held.reply, held.reply, held.reply);
    const script = startScript(
      `flushOnExit(${flushed}, { timeoutMillis: 300 }); endSpans();
       const server = serve();
       process.once('SIGTERM', () => clearInterval(server)); ${READY}`,
      { agentUrl: agent.url },
    );
    await script.says('ready');
    const start = performance.now();

    script.child.kill('SIGTERM');
    const { code } = await script.end;
    held.release();

    expect(code).toBe(0);
    expect(performance.now() - start).toBeLessThan(5_000); // the export may take 10 s
  });

  it.each([
    ['a BatchSpanProcessor', 'target', 'provider'],
    [
      'a ForkSafeSpanProcessor',
      'processor',
      'own',
      `const createProcessor = (to) => new BatchSpanProcessor(to);
       const processor = new ForkSafeSpanProcessor({ exporter, createProcessor });
       const own = new NodeTracerProvider({ spanProcessors: [processor] });`,
    ],
  ])('includes what the application ends meanwhile, behind %s', async (...row) => {
    const [, flushed, tracing, prepare = ''] = row;
    const agent = await openScriptedAgent();
    const script = startScript(
      `${prepare} flushOnExit(${flushed});
       const tracer = ${tracing}.getTracer('busy');
       const work = () => {
         for (let count = 0; count < 3; count++) tracer.startSpan('work').end();
         process.stdout.write('...'); // synchronous on a pipe
         setTimeout(work, 1); // sooner than an answer of the Agent, so that there is no end of it
       };
       work(); ${READY}`,
      { agentUrl: agent.url },
    );
    await script.says('ready');
    await script.says('.'.repeat(20));

    script.child.kill('SIGTERM');
    const { signal, stdout } = await script.end;

    expect(signal).toBe('SIGTERM');
    expect(agent.spans).toHaveLength(stdout.split('.').length - 1);
  });
});
