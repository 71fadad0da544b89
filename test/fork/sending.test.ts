import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { afterForkInChild, withForkHooks } from '../../src/fork.js';
import { captureDiag } from '../support/diag-log.js';
import { openExporter } from '../support/exporters.js';
import { exportSpans } from '../support/exports.js';
import { openFaultServer } from '../support/fault-server.js';
import { readAll, stall } from '../support/fault-steps.js';
import { holdReply } from '../support/held-reply.js';
import { openScriptedAgent } from '../support/scripted-agent.js';
import { makeSpan, makeSpans } from '../support/spans.js';
import { until } from '../support/until.js';
import { hookLog } from './hook-log.js';

const { lines, hooks, register } = hookLog();
const warnings = captureDiag();
const NOTHING = (): void => undefined;
const SUCCESS = { code: 0 };

/** The exit code of a child process that has nothing to do. */
async function forkAndWait(): Promise<unknown> {
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  return child.exitCode;
}

describe('an exporter in a process that forks', () => {
  it('sends before a fork, after it, and in the copy as another process', async () => {
    const agent = await openScriptedAgent();
    const exporter = openExporter({ url: agent.url });
    register(hooks('a'));
    const send = (name: string): Promise<unknown> => exportSpans(exporter, [makeSpan({ name })]);

    const results = [await send('before')];
    withForkHooks(NOTHING);
    results.push(await send('in the parent'));
    withForkHooks(afterForkInChild);
    results.push(await send('in the copy'));

    expect(results).toEqual([SUCCESS, SUCCESS, SUCCESS]);
    const [before, parent, copy] = agent.spans;
    expect([before, parent, copy].map((span) => span?.resource)).toEqual([
      'before',
      'in the parent',
      'in the copy',
    ]);
    expect(parent?.meta['runtime-id']).toBe(before?.meta['runtime-id']);
    expect(copy?.meta['runtime-id']).not.toBe(before?.meta['runtime-id']);
    expect(lines).toEqual([
      'a before manual',
      'a parent manual',
      'a before manual',
      'a child manual',
    ]);
  });

  it('sends on after a fork that failed', async () => {
    const agent = await openScriptedAgent();
    const exporter = openExporter({ url: agent.url });
    register(hooks('a'));
    const fail = (): never => {
      throw new Error('EAGAIN');
    };

    expect(() => withForkHooks(fail)).toThrow('EAGAIN');

    expect(lines).toEqual(['a before manual', 'a parent manual']);
    expect(await exportSpans(exporter, makeSpans(2))).toEqual(SUCCESS);
    expect(agent.spans).toHaveLength(2);
  });

  it("sends on though somebody else's hook fails, which cannot stop the fork", async () => {
    const agent = await openScriptedAgent();
    const exporter = openExporter({ url: agent.url });
    register(hooks('a'));
    register({
      before: () => {
        throw new Error('no fork today');
      },
    });

    expect(await forkAndWait()).toBe(0);

    expect(lines).toEqual(['a before spawn', 'a parent spawn']);
    expect(await exportSpans(exporter, makeSpans(2))).toEqual(SUCCESS);
    expect(agent.spans).toHaveLength(2);
  });

  it('neither delays a fork nor loses what is on its way', async () => {
    const agent = await openScriptedAgent();
    const held = holdReply();
    agent.answer(held.reply);
    const exporter = openExporter({ url: agent.url });
    register(hooks('a'));
    const result = exportSpans(exporter, makeSpans(2));
    await agent.waitForRequests(1);

    expect(await forkAndWait()).toBe(0);
    withForkHooks(NOTHING);
    expect(exporter.stats()).toMatchObject({ inFlight: 2 });
    held.release();

    expect(await result).toEqual(SUCCESS);
    expect(agent.requests).toHaveLength(1);
    expect(await exportSpans(exporter, makeSpans(1))).toEqual(SUCCESS);
  });

  it('keeps to its own limits when the Agent is silent, and to no other', async () => {
    const server = await openFaultServer({ scripts: [[readAll, stall]] });
    const exporter = openExporter({ url: server.url, attemptTimeoutMillis: 500, maxRetries: 0 });
    register(hooks('a'));
    const result = exportSpans(exporter, makeSpans(2));
    await until('the request', () => server.requests === 1);

    withForkHooks(NOTHING);
    const child = forkAndWait();
    expect(exporter.stats()).toMatchObject({ inFlight: 2 });

    expect(await result).toMatchObject({ error: { kind: 'timeout', lostSpans: 2 } });
    expect(await child).toBe(0);
    expect(server.requests).toBe(1);
  });

  it('may fork and be shut down with an export on its way, all at once', async () => {
    const agent = await openScriptedAgent();
    const held = holdReply();
    agent.answer(held.reply);
    const exporter = openExporter({ url: agent.url, graceMillis: 10_000 });
    const result = exportSpans(exporter, makeSpans(2));
    await agent.waitForRequests(1);

    const child = forkAndWait();
    const ending = withForkHooks(() => exporter.shutdown());
    const late = exportSpans(exporter, makeSpans(1));
    held.release();

    expect(await child).toBe(0);
    await ending;
    expect(await result).toEqual(SUCCESS);
    expect(await late).toMatchObject({ error: { kind: 'shutdown', lostSpans: 1 } });
    expect(agent.spans).toHaveLength(2);
  });
});

describe('what is exported while the hooks of a fork run', () => {
  it('is sent once by the process that forks', async () => {
    const agent = await openScriptedAgent();
    const exporter = openExporter({ url: agent.url });
    const results: Promise<unknown>[] = [];
    const send = (name: string): void =>
      void results.push(exportSpans(exporter, [makeSpan({ name })]));
    register({ before: () => send('before'), parent: () => send('parent') });

    withForkHooks(() => send('fork'));

    expect(await Promise.all(results)).toEqual([SUCCESS, SUCCESS, SUCCESS]);
    const sent = agent.spans.map(({ resource }) => resource);
    expect(sent.toSorted()).toEqual(['before', 'fork', 'parent']);
  });

  it('is left to that process by the copy, which sends what its own hooks export', async () => {
    const agent = await openScriptedAgent();
    const exporter = openExporter({ url: agent.url });
    const results: Promise<unknown>[] = [];
    const send = (name: string): void =>
      void results.push(exportSpans(exporter, [makeSpan({ name })]));
    register({ before: () => send('before'), child: () => send('child') });

    withForkHooks(() => {
      send('fork');
      afterForkInChild();
    });

    expect(await Promise.all(results)).toEqual([SUCCESS, SUCCESS, SUCCESS]);
    expect(agent.spans.map(({ resource }) => resource)).toEqual(['child']);
    expect(exporter.stats()).toMatchObject({ received: 1, exported: 1, inherited: 2 });
  });
});

describe('a shutdown in a hook', () => {
  it.each(['before', 'parent'] as const)(
    'of stage %s lets what is on its way arrive, and other hooks run',
    async (stage) => {
      const agent = await openScriptedAgent();
      const held = holdReply();
      agent.answer(held.reply);
      const exporter = openExporter({ url: agent.url });
      const endings: Promise<void>[] = [];
      register({ [stage]: () => endings.push(exporter.shutdown({ graceMillis: 10_000 })) });
      register(hooks('a'));
      const result = exportSpans(exporter, makeSpans(2));
      await agent.waitForRequests(1);

      withForkHooks(NOTHING);
      held.release();
      await Promise.all(endings);

      expect(endings).toHaveLength(1);
      expect(await result).toEqual(SUCCESS);
      expect(lines).toEqual(['a before manual', 'a parent manual']);
      expect(await exportSpans(exporter, makeSpans(1))).toMatchObject({ code: 1 });
    },
  );

  it('of the child ends the new life and leaves the inherited one alone', async () => {
    const server = await openFaultServer({ scripts: [[readAll, stall]] });
    const exporter = openExporter({ url: server.url });
    const endings: Promise<void>[] = [];
    register({ child: () => endings.push(exporter.shutdown()) });
    register(hooks('a'));
    const result = exportSpans(exporter, makeSpans(2));
    await until('the request', () => server.requests === 1);

    afterForkInChild();
    await Promise.all(endings);

    expect(await result).toEqual(SUCCESS);
    expect(server.open).toBe(1);
    expect(lines).toEqual(['a child manual']);
    expect(await exportSpans(exporter, makeSpans(1))).toMatchObject({
      error: { kind: 'shutdown' },
    });
  });
});

describe('the hooks of an exporter', () => {
  it('leave it shut down in the copy, and no other', async () => {
    const agent = await openScriptedAgent();
    const [ended, other] = [openExporter({ url: agent.url }), openExporter({ url: agent.url })];
    await Promise.all([ended, other].map((exporter) => exportSpans(exporter, makeSpans(3))));

    await Promise.all([ended.shutdown(), ended.shutdown()]);
    await ended.shutdown();
    afterForkInChild();

    // What the original exported is no business of the copy.
    expect(ended.stats()).toMatchObject({ received: 0, exported: 0, inherited: 0 });
    expect(other.stats()).toMatchObject({ received: 0, exported: 0 });
    expect(await exportSpans(ended, makeSpans(1))).toMatchObject({ error: { kind: 'shutdown' } });
    expect(await exportSpans(other, makeSpans(1))).toEqual(SUCCESS);
  });

  it('take less than 5 ms in the copy, and connect to nobody', async () => {
    const server = await openFaultServer({ scripts: [[readAll, stall]] });
    const exporter = openExporter({ url: server.url });
    const times: number[] = [];
    for (let fork = 0; fork < 10; fork++) {
      void exportSpans(exporter, makeSpans(1_000));
      const start = performance.now();
      afterForkInChild();
      times.push(performance.now() - start);
    }

    // The least: whatever else the machine does can only add to it.
    expect(Math.min(...times)).toBeLessThan(5);
    void exportSpans(exporter, makeSpans(1));
    await until('the first request of the last copy', () => server.requests === 1);
    expect(server.accepted).toBe(1);
    expect(exporter.stats()).toMatchObject({ received: 1, inherited: 10_000 });
  });

  it('say what the user loses when they fail', async () => {
    const agent = await openScriptedAgent();
    const exporter = openExporter({ url: agent.url });
    const env = Object.getOwnPropertyDescriptor(process, 'env');
    const get = (): never => {
      throw new Error('no environment here');
    };

    Object.defineProperty(process, 'env', { configurable: true, get });
    afterForkInChild();
    Object.defineProperty(process, 'env', { ...env });

    expect(warnings).toEqual([
      'a fork hook failed in stage child (manual); traces may not be sent to Datadog: no environment here',
    ]);
    expect(await exportSpans(exporter, makeSpans(1))).toMatchObject({ code: 1 });
  });
});
