import { describe, expect, it } from 'vitest';
import { openScriptedAgent } from '../support/scripted-agent.js';
import { startScript } from './script.js';

const EVENTS =
  "['beforeExit', 'SIGTERM', 'SIGINT', 'SIGHUP', 'message', 'disconnect', 'uncaughtExceptionMonitor']";
const COUNT = `const count = () => ${EVENTS}.map((name) => process.listenerCount(name)).join();`;
const SIGNALS = "{ signals: ['SIGTERM', 'SIGINT', 'SIGHUP'] }";

describe('the listeners of a process', () => {
  it.each([
    ['a process', {}, '1,1,1,1,0,0,0'],
    ['a process of PM2', { pm_id: '0' }, '1,1,1,1,1,0,0'],
  ])('are one per event however many want to be flushed, in %s', async (_, env, expected) => {
    const agent = await openScriptedAgent();
    const script = startScript(
      `${COUNT} for (let index = 0; index < 50; index++) flushOnExit(target, ${SIGNALS});
       console.log(count());`,
      { agentUrl: agent.url, env },
    );

    expect(await script.end).toEqual({
      code: 0,
      signal: null,
      stdout: `${expected}\n`,
      stderr: '',
    });
  });

  it('need nothing of the cluster in a process that has no channel to a primary', async () => {
    const agent = await openScriptedAgent();
    const script = startScript(
      `flushOnExit(target);
       console.log(process.moduleLoadList.filter((name) => name.includes('cluster')));`,
      { agentUrl: agent.url },
    );

    expect(await script.end).toMatchObject({ code: 0, stdout: '[]\n', stderr: '' });
  });

  it('are gone after 10 000 calls that were undone, some of them twice', async () => {
    const agent = await openScriptedAgent();
    const script = startScript(
      `${COUNT} const before = count();
       const undo = [];
       for (let index = 0; index < 10_000; index++) {
         undo.push(flushOnExit(target, ${SIGNALS}));
         if (index % 3 > 0) undo.shift()();
         if (index % 5 === 0) { const again = flushOnExit(target); again(); again(); }
       }
       const between = count();
       for (const one of undo) one();
       console.log(before, between, count());`,
      { agentUrl: agent.url, env: { pm_id: '0' } },
    );

    expect(await script.end).toMatchObject({
      stdout: '0,0,0,0,0,0,0 1,1,1,1,1,0,0 0,0,0,0,0,0,0\n',
      stderr: '',
    });
  });

  it('are not touched by the import, nor by an exporter', async () => {
    const agent = await openScriptedAgent();
    const script = startScript(`${COUNT} console.log(count());`, { agentUrl: agent.url });

    expect(await script.end).toMatchObject({ stdout: '0,0,0,0,0,0,0\n' });
  });
});
