import { describe, expect, it } from 'vitest';
import { holdReply } from '../support/held-reply.js';
import { openScriptedAgent } from '../support/scripted-agent.js';
import { startScript } from './script.js';

/** One worker that serves; the primary does `whenReady` to it once it is there, and says how it ended. */
function cluster(whenReady: string, inWorker = ''): string {
  return `
    import cluster from 'node:cluster';
    import { createServer } from 'node:http';
    if (cluster.isPrimary) {
      const worker = cluster.fork();
      worker.on('exit', (code, signal) => console.log('ended', code, signal));
      worker.on('message', () => { ${whenReady} });
    } else {
      flushOnExit(target);
      createServer().listen(0, '127.0.0.1', () => { endSpans(); process.send('ready'); });
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

  it('does not wait twice for an Agent that hangs', async () => {
    const agent = await openScriptedAgent();
    const held = holdReply();
    agent.answer(held.reply);
    const script = startScript(
      cluster(
        "worker.disconnect(); process.once('SIGTERM', () => worker.process.kill('SIGTERM'));",
        `const { diag } = await import('${import.meta.resolve('@opentelemetry/api')}');
         const ignore = () => undefined;
         diag.setLogger({ error: ignore, warn: () => console.log('overdue'), info: ignore, debug: ignore, verbose: ignore });`,
      ),
      { agentUrl: agent.url },
    );
    await script.says('overdue');

    const start = performance.now();
    script.child.kill('SIGTERM');
    const end = await script.end;
    held.release();

    expect(end).toMatchObject({ stdout: 'overdue\nended null SIGTERM\n', stderr: '' });
    // Below the second that another flush would take.
    expect(performance.now() - start).toBeLessThan(900);
  });
});
