import { describe, expect, it } from 'vitest';
import { openFaultServer } from '../support/fault-server.js';
import { answer, readHead, stall } from '../support/fault-steps.js';
import { holdReply } from '../support/held-reply.js';
import { openScriptedAgent } from '../support/scripted-agent.js';
import { startScript } from './script.js';

const READY = "console.log('ready');";
/** A service that takes longer to stop than its spans to be flushed, and has a code of its own. */
const STOP = `
  const stop = () => {
    console.log('stopping');
    onceSent(() => setTimeout(() => process.exit(3), 200));
  };
`;

describe('an application that listens itself', () => {
  it.each([
    ['on, after flushOnExit', "flushOnExit(target); process.on('SIGTERM', stop);"],
    ['on, before flushOnExit', "process.on('SIGTERM', stop); flushOnExit(target);"],
    ['once, after flushOnExit', "flushOnExit(target); process.once('SIGTERM', stop);"],
    ['once, before flushOnExit', "process.once('SIGTERM', stop); flushOnExit(target);"],
    ['on, with never', "process.on('SIGTERM', stop); flushOnExit(target, { reraise: 'never' });"],
  ])('decides when the process ends, and is told once (%s)', async (_, code) => {
    const agent = await openScriptedAgent();
    const script = startScript(`${STOP} ${code} endSpans(); serve(); ${READY}`, {
      agentUrl: agent.url,
    });
    await script.says('ready');

    script.child.kill('SIGTERM');

    expect(await script.end).toEqual({
      code: 3,
      signal: null,
      stdout: 'ready\nstopping\n',
      stderr: '',
    });
    expect(agent.spans).toHaveLength(50);
  });

  it('keeps an Agent that hangs from no more than one full time if it flushes, ends spans and exits', async () => {
    const server = await openFaultServer({ scripts: [[readHead, stall]] });
    const script = startScript(
      `const processor = new DatadogBatchSpanProcessor({ exporter });
       flushOnExit(processor, { blockOnExit: true, timeoutMillis: 3_000 });
       const tracer = new NodeTracerProvider({ spanProcessors: [processor] }).getTracer('own');
       tracer.startSpan('before').end();
       process.on('SIGTERM', async () => {
         const began = performance.now();
         process.on('exit', () => console.log(Math.round(performance.now() - began)));
         await processor.forceFlush({ timeoutMillis: 3_000 }).catch(() => undefined);
         tracer.startSpan('late').end();
         process.exit(0);
       });
       serve();
       ${READY}`,
      { agentUrl: server.url },
    );
    await script.says('ready');

    script.child.kill('SIGTERM');

    const { code, stdout } = await script.end;
    expect(code).toBe(0);
    const took = Number(stdout.replace('ready', ''));
    expect(took).toBeGreaterThan(2_900);
    expect(took).toBeLessThan(5_500); // with a second full time 6 000
  });

  it('may raise the signal again itself: the process dies of it, after the flush', async () => {
    const agent = await openScriptedAgent();
    const held = holdReply();
    agent.answer(held.reply);
    const script = startScript(
      `flushOnExit(target); endSpans(); serve();
       process.once('SIGTERM', () => {
         console.log('stopping');
         setImmediate(() => process.kill(process.pid, 'SIGTERM'));
       });
       ${READY}`,
      { agentUrl: agent.url },
    );
    await script.says('ready');

    script.child.kill('SIGTERM');
    await agent.waitForRequests(1);
    held.release();

    expect(await script.end).toMatchObject({ signal: 'SIGTERM', stdout: 'ready\nstopping\n' });
    expect(agent.spans).toHaveLength(50);
  });

  it('is overruled by always, but not told twice', async () => {
    const agent = await openScriptedAgent();
    const script = startScript(
      `flushOnExit(target, { reraise: 'always' }); endSpans(); serve();
       process.on('SIGTERM', () => console.log('told')); ${READY}`,
      { agentUrl: agent.url },
    );
    await script.says('ready');

    script.child.kill('SIGTERM');

    expect(await script.end).toMatchObject({ signal: 'SIGTERM', stdout: 'ready\ntold\n' });
    expect(agent.spans).toHaveLength(50);
  });

  it('hears of a signal that came before it began to listen', async () => {
    const agent = await openScriptedAgent();
    const held = holdReply();
    agent.answer(held.reply);
    const script = startScript(
      `${STOP} flushOnExit(target); endSpans(); serve();
       const waiting = setInterval(() => {
         if (exporter.stats().inFlight === 0) return;
         clearInterval(waiting);
         process.on('SIGTERM', stop);
         console.log('listening');
       }, 1);
       ${READY}`,
      { agentUrl: agent.url },
    );
    await script.says('ready');

    script.child.kill('SIGTERM');
    await script.says('listening');
    held.release();

    expect(await script.end).toMatchObject({ code: 3, stdout: 'ready\nlistening\nstopping\n' });
  });

  it('ends the process without listening, if it says never', async () => {
    const agent = await openScriptedAgent();
    const script = startScript(
      `flushOnExit(target, { reraise: 'never', timeoutMillis: 20_000 }); endSpans(); serve();
       const ended = setInterval(() => {
         if (exporter.stats().exported === 50) { clearInterval(ended); setImmediate(() => process.exit(4)); }
       }, 1);
       ${READY}`,
      { agentUrl: agent.url },
    );
    await script.says('ready');

    script.child.kill('SIGTERM');

    expect(await script.end).toMatchObject({ code: 4, signal: null, stderr: '' });
  });
});

describe('signal-exit', () => {
  const CLEAN_UP = "((code, signal) => console.log('cleaned up', code, signal));";
  const V3 = `(await import('${import.meta.resolve('signal-exit-3')}')).default${CLEAN_UP}`;
  const V4 = `(await import('${import.meta.resolve('signal-exit')}')).onExit${CLEAN_UP}`;

  it.each([
    ['3', [V3]],
    ['4', [V4]],
    ['3 and 4', [V3, V4]],
    ['4 and 3', [V4, V3]],
  ])('%s cleans up, and the process dies of the signal', async (_, loaded) => {
    const agent = await openScriptedAgent();
    const script = startScript(
      `${loaded.join('')} flushOnExit(target); endSpans(); serve(); ${READY}`,
      { agentUrl: agent.url },
    );
    await script.says('ready');

    script.child.kill('SIGTERM');

    expect(await script.end).toEqual({
      code: null,
      signal: 'SIGTERM',
      stdout: `ready\n${'cleaned up null SIGTERM\n'.repeat(loaded.length)}`,
      stderr: '',
    });
    expect(agent.spans).toHaveLength(50);
  });

  it('does not hide the listener of an application', async () => {
    const agent = await openScriptedAgent();
    const script = startScript(
      `${V4} ${STOP}
       process.once('SIGTERM', stop); flushOnExit(target); endSpans(); serve(); ${READY}`,
      { agentUrl: agent.url },
    );
    await script.says('ready');

    script.child.kill('SIGTERM');

    expect(await script.end).toEqual({
      code: 3,
      signal: null,
      stdout: 'ready\nstopping\ncleaned up 3 null\n',
      stderr: '',
    });
    expect(agent.spans).toHaveLength(50);
  });
});

describe('several that want to be flushed', () => {
  const SLOW = `
    const slow = { forceFlush: () => new Promise((resolve) => setTimeout(() => { console.log('slow'); resolve(); }, 300)) };
    const quick = { forceFlush: async () => console.log('quick') };
  `;
  const OTHER_COPY = `
    import { createRequire } from 'node:module';
    const other = createRequire('${import.meta.url}')('../../dist/index.cjs');
  `;

  it.each([
    ['of one copy of the package', 'flushOnExit(quick); flushOnExit(slow);'],
    ['of two copies', 'flushOnExit(quick); other.flushOnExit(slow);'],
    ['of two copies the other way round', 'flushOnExit(slow); other.flushOnExit(quick);'],
    ['one with always', "flushOnExit(quick, { reraise: 'always' }); other.flushOnExit(slow);"],
    [
      'one that fails',
      'flushOnExit({ forceFlush: () => Promise.reject(new Error()) }); flushOnExit(quick); flushOnExit(slow);',
    ],
  ])('are all flushed before the process dies (%s)', async (_, calls) => {
    const agent = await openScriptedAgent();
    const script = startScript(`${OTHER_COPY} ${SLOW} ${calls} serve(); ${READY}`, {
      agentUrl: agent.url,
    });
    await script.says('ready');

    script.child.kill('SIGTERM');

    expect(await script.end).toEqual({
      code: null,
      signal: 'SIGTERM',
      stdout: 'ready\nquick\nslow\n',
      stderr: '',
    });
  });

  it('leave the end to the application if one of them does', async () => {
    const agent = await openScriptedAgent();
    const script = startScript(
      `const end = () => setTimeout(() => process.exit(5), 100);
       flushOnExit({ forceFlush: async () => { console.log('flushed'); onceSent(end); } });
       flushOnExit(target, { reraise: 'never', timeoutMillis: 20_000 }); endSpans(); serve(); ${READY}`,
      { agentUrl: agent.url },
    );
    await script.says('ready');

    script.child.kill('SIGTERM');

    expect(await script.end).toMatchObject({ code: 5, stdout: 'ready\nflushed\n' });
    expect(agent.spans).toHaveLength(50);
  });

  it('are flushed for different signals, both before the first of them ends the process', async () => {
    const agent = await openScriptedAgent();
    const held = holdReply();
    const script = startScript(
      `flushOnExit(target, { signals: ['SIGTERM'], timeoutMillis: 10_000 });
       flushOnExit({ forceFlush: async () => console.log('flushed') }, { signals: ['SIGINT'] });
       endSpans(); await provider.forceFlush(); // a later flush is quicker: 500 ms after SIGTERM, SIGINT would end it
       endSpans(); serve(); ${READY}`,
      { agentUrl: agent.url },
    );
    await script.says('ready');
    agent.answer(held.reply);

    script.child.kill('SIGTERM');
    await agent.waitForRequests(2);
    script.child.kill('SIGINT');
    await script.says('flushed');
    held.release();

    expect(await script.end).toMatchObject({ signal: 'SIGTERM', stdout: 'ready\nflushed\n' });
    expect(agent.spans).toHaveLength(100);
  });
});

it('what the Agent wants later is given up because the process ends, and that is said', async () => {
  const headers = ['Retry-After: 5'];
  const server = await openFaultServer({ scripts: [answer(503, { headers })] });
  const script = startScript(
    `printWarnings();
     flushOnExit(target); endSpans(); serve();
     provider.forceFlush().catch(() => undefined);
     setImmediate(() => {
       const onDeferred = () => console.log('ready');
       exporter.forceFlush({ onDeferred }).catch(() => undefined);
     });`,
    { agentUrl: server.url },
  );
  await script.says('ready');

  script.child.kill('SIGTERM');

  const { signal, stdout } = await script.end;
  expect(signal).toBe('SIGTERM');
  expect(stdout).toContain(
    '(status 503): the process ends, and the Agent asked to be retried later',
  );
});
