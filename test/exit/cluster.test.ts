import { describe, expect, it } from 'vitest';
import { holdReply } from '../support/held-reply.js';
import { openScriptedAgent } from '../support/scripted-agent.js';
import { wallMillis } from '../support/wall-time.js';
import { startScript } from './script.js';

/**
 * One worker that serves; the primary does `whenReady` to it once it is there, and says how it ended. That it listens
 * is the last that a worker tells by itself: Node lets one crash that has more to tell a primary that is gone.
 */
function cluster(whenReady: string, inWorker = ''): string {
  return `
    import cluster from 'node:cluster';
    import { createServer } from 'node:http';
    if (cluster.isPrimary) {
      const worker = cluster.fork();
      worker.on('exit', (code, signal) => console.log('ended', code, signal));
      worker.on('listening', () => { ${whenReady} });
    } else {
      flushOnExit(target);
      createServer().listen(0, '127.0.0.1', () => endSpans());
      ${inWorker}
    }
  `;
}

describe('a cluster worker', () => {
  it.each([
    ['is disconnected', 'worker.disconnect();', '0 null'],
    ['is killed', 'worker.kill();', 'null SIGTERM'],
    ['gets SIGTERM', "worker.process.kill('SIGTERM');", 'null SIGTERM'],
    ['gets SIGINT', "worker.process.kill('SIGINT');", 'null SIGINT'],
  ])('delivers its spans when it %s', async (_, whenReady, end) => {
    const agent = await openScriptedAgent();
    const script = startScript(cluster(whenReady), { agentUrl: agent.url });

    expect(await script.end).toMatchObject({ code: 0, stdout: `ended ${end}\n`, stderr: '' });
    expect(agent.spans).toHaveLength(50);
  });

  it('delivers them when it disconnects by itself', async () => {
    const agent = await openScriptedAgent();
    const script = startScript(
      cluster("worker.send('go');", "process.once('message', () => cluster.worker.disconnect());"),
      { agentUrl: agent.url },
    );

    expect(await script.end).toMatchObject({ code: 0, stdout: 'ended 0 null\n', stderr: '' });
    expect(agent.spans).toHaveLength(50);
  });

  it('delivers them as it is disconnected, whatever else it still has to do', async () => {
    const agent = await openScriptedAgent();
    const script = startScript(
      cluster(
        "worker.disconnect(); process.once('SIGTERM', () => worker.process.kill('SIGKILL'));",
        'serve();',
      ),
      { agentUrl: agent.url },
    );
    await agent.waitForSpans(50);

    script.child.kill('SIGTERM');

    expect(await script.end).toMatchObject({ stdout: 'ended null SIGKILL\n', stderr: '' });
  });

  it('delivers what it does after it was disconnected, too', async () => {
    const agent = await openScriptedAgent();
    const script = startScript(
      cluster(
        'worker.disconnect();',
        "cluster.worker.once('disconnect', () => setTimeout(() => endSpans(3), 200));",
      ),
      { agentUrl: agent.url },
    );

    expect(await script.end).toMatchObject({ code: 0, stdout: 'ended 0 null\n', stderr: '' });
    expect(agent.spans).toHaveLength(53);
  });

  it.each([
    ['is disconnected', 'worker.disconnect();'],
    ['disconnects and has nothing else to do', "worker.send('go');"],
  ])('that %s is not held by an Agent that hangs', async (_, whenReady) => {
    const agent = await openScriptedAgent();
    const held = holdReply();
    agent.answer(held.reply, held.reply, held.reply);
    const script = startScript(
      cluster(whenReady, "process.once('message', () => cluster.worker.disconnect());"),
      { agentUrl: agent.url },
    );

    await agent.waitForRequests(1);
    const start = wallMillis();
    const end = await script.end;
    held.release();

    expect(end).toMatchObject({ code: 0, stdout: 'ended 0 null\n', stderr: '' });
    // The export itself may take 10 s, and the SDK's processor waits for it.
    expect(wallMillis() - start).toBeLessThan(6_000);
  });
});

/** One worker that serves, whose primary listens to no signal; `whenReady` is done by the primary. */
function orphan(whenReady: string, inWorker = ''): string {
  return `
    import cluster from 'node:cluster';
    import { createServer } from 'node:http';
    if (cluster.isPrimary) {
      const worker = cluster.fork();
      worker.once('listening', () => { console.log('worker', worker.process.pid, 'ready'); ${whenReady} });
    } else {
      flushOnExit(target, { timeoutMillis: 8_000 }); // far more than a busy machine takes
      printWarnings();
      cluster.worker.once('disconnect', () => endSpans(5));
      createServer().listen(0, '127.0.0.1', () => { endSpans(); ${inWorker}; });
    }
  `;
}

describe('a cluster worker whose channel closes without a word, which Node makes exit', () => {
  it.each([
    ['its primary exits', 'process.exit();'],
    ['its primary is killed', "process.kill(process.pid, 'SIGKILL');"],
    ['its primary dies of SIGTERM', "process.kill(process.pid, 'SIGTERM');"],
  ])('delivers its spans, the last included: %s', async (_, whenReady) => {
    const agent = await openScriptedAgent();
    const script = startScript(orphan(whenReady), { agentUrl: agent.url });

    const { stdout, stderr } = await script.end;

    expect(stdout).toMatch(/^worker \d+ ready\n$/);
    expect(stderr).toBe('');
    expect(agent.spans).toHaveLength(55);
  });

  it('delivers them when it leaves by itself', async () => {
    const agent = await openScriptedAgent();
    const script = startScript(orphan('', 'setImmediate(() => process.disconnect())'), {
      agentUrl: agent.url,
    });

    expect(await script.end).toMatchObject({ code: 0, stderr: '' });
    expect(agent.spans).toHaveLength(55);
  });

  it('delivers them when all get the signal, as at ^C: what was sent already is not sent again', async () => {
    const agent = await openScriptedAgent();
    const script = startScript(orphan(''), { agentUrl: agent.url });
    const [, pid] = (await script.says('ready')).split(' ');

    process.kill(Number(pid), 'SIGINT');
    script.child.kill('SIGINT');
    await script.end;
    await agent.waitForSpans(50); // what was sent and not waited for may be on its way still

    const ids = agent.spans.map(({ spanId }) => spanId);
    expect(new Set(ids).size).toBe(ids.length);
  });
});
