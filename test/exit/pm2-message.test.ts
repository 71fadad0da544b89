import { describe, expect, it } from 'vitest';
import type { StartedProcess } from '../support/child-process.js';
import { openFaultServer } from '../support/fault-server.js';
import { readAll, stall } from '../support/fault-steps.js';
import { openScriptedAgent } from '../support/scripted-agent.js';
import { startScript } from './script.js';

/** As PM2 starts it: with a channel, and with this variable. `test/pm2` does so with PM2 itself. */
async function startUnderPm2(body: string, agentUrl: string): Promise<StartedProcess> {
  const script = startScript(`${body} serve(); console.log('ready');`, {
    agentUrl,
    isForked: true,
    env: { pm_id: '0' },
  });
  await script.says('ready');
  return script;
}

describe("PM2's shutdown message", () => {
  it('ends the process with its exit code, once its spans are delivered', async () => {
    const agent = await openScriptedAgent();
    const script = await startUnderPm2('flushOnExit(target); endSpans();', agent.url);

    script.child.send('shutdown');

    expect(await script.end).toEqual({ code: 0, signal: null, stdout: 'ready\n', stderr: '' });
    expect(agent.spans).toHaveLength(50);
  });

  it.each([
    ['as a string', "process.on('message', stop);", '', 3],
    [
      'if always does not overrule it',
      "process.on('message', stop);",
      ", { reraise: 'always' }",
      0,
    ],
    ['with never', "setTimeout(stop, 1_000, 'shutdown');", ", { reraise: 'never' }", 3],
  ])('leaves the end to an application that listens, %s', async (_, listen, options, code) => {
    const agent = await openScriptedAgent();
    const script = await startUnderPm2(
      `const stop = (message) => {
         if (message === 'shutdown') onceSent(() => setTimeout(() => process.exit(3), 300));
       };
       ${listen} flushOnExit(target${options}); endSpans();`,
      agent.url,
    );

    script.child.send('shutdown');

    expect(await script.end).toMatchObject({ code, signal: null, stderr: '' });
    expect(agent.spans).toHaveLength(50);
  });

  it.each([
    ['', ''],
    [', and what is left unsent is cut before', ', blockOnExit: true'],
  ])('ends it in time, though the Agent does not answer%s', async (_, options) => {
    const server = await openFaultServer({ scripts: [[readAll, stall]] });
    const script = await startUnderPm2(
      `flushOnExit(target, { timeoutMillis: 2_000${options} });
       for (let payload = 0; payload < 3; payload++) {
         endSpans();
         provider.forceFlush().catch(() => undefined);
       }
       process.exitCode = 2;`,
      server.url,
    );

    const start = performance.now();
    script.child.send('shutdown');
    const end = await script.end;

    expect(end).toMatchObject({ code: 2, signal: null, stderr: '' });
    expect(performance.now() - start).toBeGreaterThan(1_900);
    expect(performance.now() - start).toBeLessThan(3_900);
  });

  it('keeps a process again that listens to messages itself, once flushOnExit is undone', async () => {
    const agent = await openScriptedAgent();
    const script = startScript(
      `flushOnExit(target)();
       process.once('message', (message) => { console.log(message); process.exit(); });
       process.once('beforeExit', () => console.log('nothing left to do'));
       endSpans(1);
       await provider.forceFlush(); // by now undici is loaded, which would keep the process for a while
       console.log('ready');`,
      { agentUrl: agent.url, isForked: true, env: { pm_id: '0' } },
    );
    await script.says('ready');

    script.child.send('go on');

    expect(await script.end).toMatchObject({ code: 0, stdout: 'ready\ngo on\n', stderr: '' });
  });

  it('is not any other message', async () => {
    const agent = await openScriptedAgent();
    const script = await startUnderPm2('flushOnExit(target); endSpans();', agent.url);

    script.child.send('reload');
    script.child.send({ type: 'shutdown' });
    script.child.kill('SIGTERM');

    expect(await script.end).toMatchObject({ code: null, signal: 'SIGTERM' });
  });
});
