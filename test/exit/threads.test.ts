import { describe, expect, it } from 'vitest';
import { openScriptedAgent } from '../support/scripted-agent.js';
import { startScript } from './script.js';

/** Runs `body` in a worker thread, and in the main thread `main`, which sees it as `worker`. */
function inThread(body: string, main = ''): string {
  return `
    import { isMainThread, parentPort, Worker } from 'node:worker_threads';
    if (isMainThread) {
      const worker = new Worker(new URL(import.meta.url));
      worker.on('exit', (code) => console.log('thread', code));
      ${main}
    } else {
      ${body}
    }
  `;
}

describe('a worker thread', () => {
  it('delivers its spans when it has nothing left to do', async () => {
    const agent = await openScriptedAgent();
    const script = startScript(inThread('flushOnExit(target); endSpans(); process.exitCode = 4;'), {
      agentUrl: agent.url,
    });

    expect(await script.end).toEqual({ code: 0, signal: null, stdout: 'thread 4\n', stderr: '' });
    expect(agent.spans).toHaveLength(50);
  });

  it('has no use for signals, which go to the main thread', async () => {
    const agent = await openScriptedAgent();
    const events = "['SIGTERM', 'SIGINT', 'message']";
    const script = startScript(
      inThread(
        `flushOnExit(target); serve();
         parentPort.postMessage(${events}.map((name) => process.listenerCount(name)).join());`,
        "flushOnExit(target); worker.on('message', (count) => console.log(count, 'ready'));",
      ),
      { agentUrl: agent.url, env: { pm_id: '0' } },
    );
    await script.says('ready');

    script.child.kill('SIGTERM');

    expect(await script.end).toEqual({
      code: null,
      signal: 'SIGTERM',
      stdout: '0,0,0 ready\n',
      stderr: '',
    });
  });

  it('delivers its spans when its parent asks for it before it ends the thread', async () => {
    const agent = await openScriptedAgent();
    const script = startScript(
      inThread(
        `endSpans();
         parentPort.on('message', async (message) => {
           if (message !== 'flush') return;
           for (const one of target) await one.forceFlush();
           parentPort.postMessage('flushed');
         });
         serve(); parentPort.postMessage('ready');`,
        `worker.on('message', (message) => {
           if (message === 'ready') worker.postMessage('flush');
           if (message === 'flushed') void worker.terminate();
         });`,
      ),
      { agentUrl: agent.url },
    );

    expect(await script.end).toEqual({ code: 0, signal: null, stdout: 'thread 1\n', stderr: '' });
    expect(agent.spans).toHaveLength(50);
  });
});
