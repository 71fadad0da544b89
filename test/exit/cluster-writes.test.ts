import { describe, expect, it } from 'vitest';
import { openFaultServer } from '../support/fault-server.js';
import { readAll, stall } from '../support/fault-steps.js';
import { openScriptedAgent } from '../support/scripted-agent.js';
import { startScript } from './script.js';

/** One worker that can end its primary and wait until that is gone, so that its next write to it fails. */
function worker(body: string): string {
  return `
    import cluster from 'node:cluster';
    import { spawn } from 'node:child_process';
    import { createServer, connect } from 'node:net';
    if (cluster.isPrimary) cluster.fork();
    else {
      const primary = process.ppid;
      const isGone = () => {
        try {
          process.kill(primary, 0);
          return false;
        } catch {
          return true;
        }
      };
      const endPrimary = () => {
        process.kill(primary, 'SIGKILL');
        while (!isGone());
      };
      const undo = flushOnExit(target, { timeoutMillis: 8_000 }); // far more than a busy machine takes
      process.once('exit', (code) => console.log('worker exits', code));
      endSpans();
      ${body}
    }
  `;
}

/** Has a connection of its own come in: Node tells the primary that the worker has taken it. */
const TAKE_CONNECTION = `
  createServer().listen(0, '127.0.0.1', function () {
    process.prependListener('internalMessage', ({ act }) => { if (act === 'newconn') endPrimary(); });
    connect(this.address().port, '127.0.0.1').on('error', () => undefined);
  });
`;

describe('a cluster worker that writes to its primary, which is gone, and dies of it', () => {
  it.each([
    ['with process.send()', "endPrimary(); process.send('metric');"],
    ['with the worker', "endPrimary(); cluster.worker.send('metric');"],
    [
      'and leaves the rejection to Node',
      `endPrimary(); await new Promise((resolve, reject) => {
         process.send('metric', (error) => (error === null ? resolve() : reject(error)));
       });`,
    ],
    ['by way of Node, which tells of a connection', TAKE_CONNECTION],
  ])('delivers its spans: %s', async (_, write) => {
    const agent = await openScriptedAgent();

    const { stdout, stderr } = await startScript(worker(write), { agentUrl: agent.url }).end;

    expect(stdout).toBe('worker exits 1\n');
    expect(stderr).toContain('write EPIPE');
    expect(agent.spans).toHaveLength(50);
  });

  it('delivers them if its application handles the error and exits', async () => {
    const agent = await openScriptedAgent();
    const script = startScript(
      worker(`process.on('uncaughtException', () => { endSpans(5); process.exit(3); });
              endPrimary(); process.send('metric');`),
      { agentUrl: agent.url },
    );

    expect(await script.end).toMatchObject({ stdout: 'worker exits 3\n', stderr: '' });
    expect(agent.spans).toHaveLength(55);
  });

  it('delivers none for a call that its application undoes before it exits', async () => {
    const agent = await openScriptedAgent();
    const script = startScript(
      worker(`process.on('uncaughtException', () => { undo(); process.exit(3); });
              endPrimary(); process.send('metric');`),
      { agentUrl: agent.url },
    );

    expect(await script.end).toMatchObject({ stdout: 'worker exits 3\n', stderr: '' });
    expect(agent.requests).toHaveLength(0);
  });

  it('blocks once for all, whether they asked for it or not', async () => {
    const server = await openFaultServer({ scripts: [[readAll, stall]] });
    const script = startScript(
      worker(`undo();
              flushOnExit(target, { timeoutMillis: 700 });
              flushOnExit(exporter, { timeoutMillis: 700, blockOnExit: true });
              endPrimary();
              const start = performance.now();
              process.on('exit', () => console.log(performance.now() - start < 1_200));
              process.send('metric');`),
      { agentUrl: server.url },
    );

    const { stdout } = await script.end;

    expect(stdout).toBe('worker exits 1\ntrue\n');
    expect(server.requests).toBeGreaterThan(0);
  });

  it('delivers them once, without a word, if its application handles many such errors and goes on', async () => {
    const agent = await openScriptedAgent();
    const script = startScript(
      worker(`process.on('uncaughtException', () => endSpans(1));
              endPrimary(); for (let index = 0; index < 20; index++) process.send('metric');`),
      { agentUrl: agent.url },
    );

    expect(await script.end).toMatchObject({ stdout: 'worker exits 0\n', stderr: '' });
    expect(agent.spans).toHaveLength(70);
  });
});

describe('a cluster worker whose primary is there', () => {
  it('watches for errors once, until the last call is undone', async () => {
    const agent = await openScriptedAgent();
    const script = startScript(
      `import cluster from 'node:cluster';
       const count = () => process.listenerCount('uncaughtExceptionMonitor');
       if (cluster.isPrimary) cluster.fork();
       else {
         const before = count();
         const undo = [flushOnExit(target), flushOnExit(target)];
         const between = count();
         for (const one of undo) one();
         console.log(before, between, count());
         cluster.worker.disconnect();
       }`,
      { agentUrl: agent.url },
    );

    expect(await script.end).toMatchObject({ code: 0, stdout: '0 1 0\n', stderr: '' });
  });

  it('is not delayed by another error that ends it', async () => {
    const agent = await openScriptedAgent();
    const script = startScript(worker("throw new Error('its own');"), { agentUrl: agent.url });

    const { stdout, stderr } = await script.end;

    expect(stdout).toBe('worker exits 1\n');
    expect(stderr).toContain('its own');
    expect(agent.requests).toHaveLength(0);
  });

  it('is left as it was where its application handles that another peer is gone', async () => {
    const agent = await openScriptedAgent();
    const script = startScript(
      worker(`
        const code = "require('node:fs').closeSync(0); console.log('closed'); setInterval(() => {}, 60_000);";
        const peer = spawn(process.execPath, ['-e', code]);
        process.once('exit', () => peer.kill());
        peer.stdout.once('data', () => peer.stdin.write('word'));
        process.on('uncaughtException', ({ message }) => {
          console.log(message);
          setTimeout(() => process.exit()); // as soon as the turn is over
        });
      `),
      { agentUrl: agent.url },
    );

    expect(await script.end).toMatchObject({ stdout: 'write EPIPE\nworker exits 0\n', stderr: '' });
    expect(agent.requests).toHaveLength(0);
  });
});
