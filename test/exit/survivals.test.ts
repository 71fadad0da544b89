import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { startProcess } from '../support/child-process.js';
import { openFaultServer } from '../support/fault-server.js';
import { pause, readAll, reply } from '../support/fault-steps.js';
import { holdReply } from '../support/held-reply.js';
import { openScriptedAgent } from '../support/scripted-agent.js';
import { until } from '../support/until.js';
import { startScript, TRACED, writeScript } from './script.js';

const READY = "console.log('ready');";
/** In a container, the first process is number 1. */
const CONTAINER = ['--user', '--map-root-user', '--pid', '--fork', '--kill-child', '--mount-proc'];
const hasContainers = spawnSync('unshare', [...CONTAINER, 'true']).status === 0;

describe('a process that survives a signal', () => {
  it('because it listens by now, is told of it, and is flushed at the next one', async () => {
    const agent = await openScriptedAgent();
    const held = holdReply();
    agent.answer(held.reply);
    const script = startScript(
      `flushOnExit(target); endSpans(); serve(); ${READY}
       let told = 0;
       const onSignal = () => {
         console.log('told', ++told);
         endSpans(10);
         if (told === 2) setInterval(() => exporter.stats().exported === 70 && process.exit(3), 5);
         const back = setInterval(() => {
           if (process.listenerCount('SIGTERM') < 2) return;
           clearInterval(back);
           console.log('flushed again');
         }, 5);
       };
       process.stdin.resume().once('data', () => {
         process.on('SIGTERM', onSignal);
         console.log('listening');
       });`,
      { agentUrl: agent.url, hasInput: true },
    );
    await script.says('ready');
    script.child.kill('SIGTERM');
    await agent.waitForRequests(1);
    script.child.stdin?.write('now');
    await script.says('listening');
    held.release();
    await script.says('flushed again');

    script.child.kill('SIGTERM');

    expect(await script.end).toMatchObject({ code: 3, stderr: '' });
    expect(agent.spans).toHaveLength(70);
  });

  it('sends nothing twice that was delivered when it seemed to end', async () => {
    const server = await openFaultServer({ scripts: [[readAll, pause(60), reply(200)]] });
    const script = startScript(
      `flushOnExit(target); serve(); endSpans(); ${READY}
       const ending = setInterval(endSpans, 2, 1);
       const watching = setInterval(() => {
         if (exporter.stats().inFlight === 0) return;
         clearInterval(watching);
         process.on('SIGTERM', () => {
           clearInterval(ending);
           void Promise.all(target.map((one) => one.forceFlush())).then(() => process.exit(3));
         });
       }, 1);`,
      { agentUrl: server.url },
    );
    await script.says('ready');

    script.child.kill('SIGTERM');

    expect(await script.end).toMatchObject({ code: 3, stderr: '' });
    const ids = server.spans.map(({ spanId }) => spanId);
    expect(ids.length).toBeGreaterThan(50);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

// Where no process may have a namespace of its own, nothing else has the number 1 either.
describe.skipIf(!hasContainers)('the first process of a container', () => {
  it.each([
    ['is ended by its signal if that is asked for', "'always'", [143, 50]],
    ['goes on, as ever, and is flushed at each signal', "'auto'", [3, 100]],
  ] as const)('%s', async (_what, reraise, [code, spans]) => {
    const agent = await openScriptedAgent();
    const file = writeScript(
      `import { endSpans, flushOnExit, serve, target } from '${TRACED}';
       flushOnExit(target, { reraise: ${reraise} }); serve(); endSpans();
       console.log(process.pid);
       process.kill(1, 'SIGTERM');
       const watching = setInterval(() => {
         if (process.listenerCount('SIGTERM') > 0) return;
         clearInterval(watching);
         const back = setInterval(() => {
           if (process.listenerCount('SIGTERM') === 0) return;
           clearInterval(back);
           endSpans();
           process.kill(1, 'SIGTERM');
           process.stdin.resume().once('data', () => process.exit(3));
         }, 5);
       }, 1);`,
    );
    const script = startProcess('unshare', [...CONTAINER, process.execPath, file], {
      env: { DD_TRACE_AGENT_URL: agent.url },
      hasInput: true,
    });
    await until('the spans', () => agent.spans.length === spans);
    if (spans === 100) script.child.stdin?.write('end');

    expect(await script.end).toMatchObject({ code, stdout: '1\n', stderr: '' });
  });

  it('is told that an export failed whose answer the second signal did not wait for', async () => {
    const agent = await openScriptedAgent();
    const held = holdReply();
    agent.answer(held.reply);
    const file = writeScript(
      `import { endSpans, exporter, flushOnExit, serve, target } from '${TRACED}';
       const send = exporter.export.bind(exporter);
       exporter.export = (spans, callback) => send(spans, (result) => {
         clearInterval(asking);
         const { droppedByReason } = exporter.stats();
         console.log(JSON.stringify([result.error?.kind, result.error?.lostSpans, droppedByReason]));
         callback(result);
       });
       flushOnExit(target, { reraise: 'auto' }); serve(); endSpans();
       const ask = () => process.kill(1, 'SIGTERM');
       let asking;
       ask();
       process.stdin.resume().once('data', () => {
         asking = setInterval(ask, 100); // one that comes half a second after the first is a second wish
         process.stdin.once('data', () => process.exit(3));
       });`,
    );
    const script = startProcess('unshare', [...CONTAINER, process.execPath, file], {
      env: { DD_TRACE_AGENT_URL: agent.url },
      hasInput: true,
    });
    await agent.waitForRequests(1);
    script.child.stdin?.write('ask');

    expect(await script.says('unknown')).toBe('["timeout",50,{"unknown":50}]\n');
    script.child.stdin?.write('end');
    expect(await script.end).toMatchObject({ code: 3 });
    held.release();
  });
});
