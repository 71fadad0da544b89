import { describe, expect, it } from 'vitest';
import { holdReply } from '../support/held-reply.js';
import { refusedUrl } from '../support/raw-server.js';
import { openScriptedAgent } from '../support/scripted-agent.js';
import { wallMillis } from '../support/wall-time.js';
import { startScript } from './script.js';

describe('a process with nothing left to do', () => {
  it('delivers its spans, and keeps its exit code', async () => {
    const agent = await openScriptedAgent();
    const script = startScript('flushOnExit(target); endSpans(); process.exitCode = 7;', {
      agentUrl: agent.url,
    });

    expect(await script.end).toEqual({ code: 7, signal: null, stdout: '', stderr: '' });
    expect(agent.spans).toHaveLength(50);
  });

  it('delivers them of the provider that is registered, with blockOnExit as well', async () => {
    const agent = await openScriptedAgent();
    const script = startScript(
      `import { trace } from '${import.meta.resolve('@opentelemetry/api')}';
       flushOnExit([trace.getTracerProvider(), exporter], { blockOnExit: true, timeoutMillis: 10_000 });
       provider.register();
       endSpans(); process.exit();`,
      { agentUrl: agent.url },
    );

    expect(await script.end).toMatchObject({ code: 0, stdout: '', stderr: '' });
    expect(agent.spans).toHaveLength(50);
  });

  it('would lose them otherwise', async () => {
    const agent = await openScriptedAgent();
    const script = startScript('endSpans();', { agentUrl: agent.url });

    expect(await script.end).toMatchObject({ code: 0 });
    expect(agent.spans).toEqual([]);
  });

  it('is flushed once for each call, though work in beforeExit makes Node emit it again', async () => {
    const agent = await openScriptedAgent();
    const script = startScript(
      `const asked = (name) => ({ forceFlush: async () => {
         console.log(name);
         await new Promise(setImmediate);
       } });
       flushOnExit(asked('first'));
       flushOnExit(asked('second'));
       process.on('exit', () => console.log(process.listenerCount('beforeExit')));`,
      { agentUrl: agent.url },
    );

    expect(await script.end).toMatchObject({ code: 0, stdout: 'first\nsecond\n0\n' });
  });

  it('also delivers spans that the application ends in beforeExit', async () => {
    const agent = await openScriptedAgent();
    const script = startScript(
      `process.once('beforeExit', () => endSpans(2));
       flushOnExit(target); endSpans();
       process.once('beforeExit', () => endSpans(3));`,
      { agentUrl: agent.url },
    );

    expect(await script.end).toMatchObject({ code: 0, stderr: '' });
    expect(agent.spans).toHaveLength(55);
  });

  it('delivers what it does after a flush that a signal began', async () => {
    const agent = await openScriptedAgent();
    const script = startScript(
      `flushOnExit(target); endSpans();
       const server = serve();
       process.once('SIGTERM', () => onceSent(() => { endSpans(3); clearInterval(server); }));
       console.log('ready');`,
      { agentUrl: agent.url },
    );
    await script.says('ready');

    script.child.kill('SIGTERM');

    expect(await script.end).toMatchObject({ code: 0, signal: null, stderr: '' });
    expect(agent.spans).toHaveLength(53);
  });
});

describe('an Agent that is not there', () => {
  it('delays the end no longer than it takes to find out', async () => {
    const script = startScript(
      `flushOnExit(target, { timeoutMillis: 12_000 }); endSpans(); process.exitCode = 7;
       console.log('ready');`,
      { agentUrl: await refusedUrl() },
    );
    await script.says('ready');
    const start = wallMillis();

    expect(await script.end).toMatchObject({ code: 7, stdout: 'ready\n', stderr: '' });
    // Far from the limit.
    expect(wallMillis() - start).toBeLessThan(6_000);
  });

  it.each([
    ['auto, alone', 'auto', ''],
    ['always, beside others', 'always', "process.on('beforeExit', () => undefined);"],
  ])('or hangs delays it no longer than the time limit (%s)', async (_, reraise, before) => {
    const agent = await openScriptedAgent();
    const held = holdReply();
    agent.answer(held.reply);
    const script = startScript(
      `${before} flushOnExit(target, { timeoutMillis: 300, reraise: '${reraise}' });
       endSpans(); process.exitCode = 7;`,
      { agentUrl: agent.url },
    );
    await agent.waitForRequests(1);
    const start = wallMillis();
    const end = await script.end;
    held.release();

    expect(end).toMatchObject({ code: 7, signal: null, stderr: '' });
    // Far from the ten seconds that the export itself would take.
    expect(wallMillis() - start).toBeLessThan(3_000);
  });

  it('never cuts off what other listeners of beforeExit have begun', async () => {
    const agent = await openScriptedAgent();
    const held = holdReply();
    agent.answer(held.reply);
    const script = startScript(
      `process.once('beforeExit', () => setTimeout(() => { console.log('saved'); process.exit(6); }, 400));
       flushOnExit(target, { timeoutMillis: 100 }); endSpans();`,
      { agentUrl: agent.url },
    );
    const end = await script.end;
    held.release();

    expect(end).toMatchObject({ code: 6, stdout: 'saved\n', stderr: '' });
  });

  it('does not hide that a module is still awaiting something', async () => {
    const agent = await openScriptedAgent();
    const held = holdReply();
    agent.answer(held.reply);
    const script = startScript(
      `flushOnExit(target, { timeoutMillis: 100 }); endSpans();
       await new Promise(() => undefined);`,
      { agentUrl: agent.url },
    );
    const { code } = await script.end;
    held.release();

    expect(code).toBe(13); // Node's own
  });

  it('asks those again that came back, if another hangs', async () => {
    const agent = await openScriptedAgent();
    const script = startScript(
      `printWarnings();
       const hanging = { forceFlush: () => new Promise(() => undefined) };
       flushOnExit([hanging, ...target], { timeoutMillis: 1_500 });
       endSpans();
       const server = serve();
       process.once('SIGTERM', () => {
         endSpans(3);
         setTimeout(() => clearInterval(server), 2_000); // longer than the flush takes
       });
       console.log('ready');`,
      { agentUrl: agent.url },
    );
    await script.says('ready');

    script.child.kill('SIGTERM');

    const { code, stdout } = await script.end;
    expect(code).toBe(0);
    const once = 'the flush at the end of the process took more than 1500 ms';
    const warning = `${once}; spans that were not delivered are lost( \\(up to \\d+\\))?`;
    expect(stdout).toMatch(new RegExp(`^ready\n${warning}\n$`));
    expect(agent.spans).toHaveLength(53);
  });
});
