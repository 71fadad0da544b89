import { describe, expect, it } from 'vitest';
import { openScriptedAgent } from '../support/scripted-agent.js';
import { startScript, TRACED, writeScript } from './script.js';

describe('a forked process', () => {
  it.each([
    ['', {}],
    [' of PM2', { pm_id: '0' }],
    [' of an application under PM2', { pm_id: '0', pm_exec_path: '/srv/app.js' }],
  ])('%s delivers its spans and ends by itself when it has nothing left to do', async (_, env) => {
    const agent = await openScriptedAgent();
    const script = startScript('flushOnExit(target); endSpans();', {
      agentUrl: agent.url,
      isForked: true,
      env,
    });

    expect(await script.end).toEqual({ code: 0, signal: null, stdout: '', stderr: '' });
    expect(agent.spans).toHaveLength(50);
  });

  it.each([
    ['that flushOnExit came before', 'flushOnExit(target); LISTEN'],
    ['that flushOnExit came after', 'LISTEN flushOnExit(target);'],
    ['after flushOnExit was undone', 'const undo = flushOnExit(target); undo(); LISTEN'],
    ['before flushOnExit was undone', 'const undo = flushOnExit(target); LISTEN undo();'],
  ])('is kept by a listener of its own, %s', async (_, body) => {
    const agent = await openScriptedAgent();
    const listen = `
      process.on('message', () => process.disconnect());
      setTimeout(() => console.log('ready'), 300).unref(); // comes if something else keeps it
    `;
    const script = startScript(body.replace('LISTEN', listen), {
      agentUrl: agent.url,
      isForked: true,
      env: { pm_id: '0' },
    });
    await script.says('ready');

    script.child.send('go');

    expect(await script.end).toMatchObject({ code: 0, stderr: '' });
  });

  it('gets the messages that came before it listened, though PM2 is about', async () => {
    const agent = await openScriptedAgent();
    const script = startScript(
      `flushOnExit(target); process.send('ready');
       setTimeout(() => {
         process.on('message', (message) => { console.log(message); setImmediate(() => process.disconnect()); });
       }, 300);`,
      { agentUrl: agent.url, isForked: true, env: { pm_id: '0', pm_exec_path: '/srv/app.js' } },
    );
    script.child.once('message', () => script.child.send('settings'));

    expect(await script.end).toMatchObject({ code: 0, stdout: 'settings\n', stderr: '' });
  });
});

describe('a pool of processes', () => {
  const WORK = `
    import { endSpans, flushOnExit, target } from '${TRACED}';
    flushOnExit(target);
    export default async function work(count) {
      endSpans(1);
      for (const one of target) await one.forceFlush(); // loads what is loaded for the first export
      endSpans(count - 1);
      return count;
    }
  `;

  it('of tinypool, which ends them with SIGTERM', async () => {
    const agent = await openScriptedAgent();
    const file = JSON.stringify(writeScript(WORK, 'work.mjs'));
    const script = startScript(
      `import { Tinypool } from '${import.meta.resolve('tinypool')}';
       const pool = new Tinypool({ filename: ${file}, runtime: 'child_process', env: process.env, minThreads: 2, maxThreads: 2 });
       console.log(...await Promise.all([pool.run(20), pool.run(30)]));
       const patience = serve(); // its children do not keep the process that waits for them
       await pool.destroy();
       clearInterval(patience);`,
      { agentUrl: agent.url },
    );

    expect(await script.end).toEqual({ code: 0, signal: null, stdout: '20 30\n', stderr: '' });
    expect(agent.spans).toHaveLength(50);
  });

  it('of jest-worker, which waits for them to end by themselves', async () => {
    const agent = await openScriptedAgent();
    const file = JSON.stringify(writeScript(WORK, 'work.mjs'));
    const script = startScript(
      `import { Worker } from '${import.meta.resolve('jest-worker')}';
       const options = { numWorkers: 2, exposedMethods: ['default'] };
       const patience = { workerGracefulExitTimeout: 10_000 }; // a busy machine takes the default, 500
       const pool = new Worker(${file}, { ...options, ...patience });
       console.log(...await Promise.all([pool.default(20), pool.default(30)]));
       console.log(JSON.stringify(await pool.end()));`,
      { agentUrl: agent.url },
    );

    expect(await script.end).toEqual({
      code: 0,
      signal: null,
      stdout: '20 30\n{"forceExited":false}\n',
      stderr: '',
    });
    expect(agent.spans).toHaveLength(50);
  });
});
