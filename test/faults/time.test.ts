import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { ExportResult } from '../../src/index.js';
import { exportSpans } from '../support/exports.js';
import { openFaultServer, type Script, type Step } from '../support/fault-server.js';
import { ACCEPT, readAll, reply, stall } from '../support/fault-steps.js';
import { refusedUrl } from '../support/raw-server.js';
import { makeSpan, makeSpans } from '../support/spans.js';
import { until } from '../support/until.js';
import { runProgram } from './child-program.js';
import { openExporter } from './watched-exporter.js';

const HOUR_MILLIS = 3_600_000;
const YEAR_MILLIS = 8_766 * HOUR_MILLIS;

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** Sets the clock of the system, as it seems to this process. */
function jump(millis: number): Step {
  const now = Date.now.bind(Date);
  return () => void vi.spyOn(Date, 'now').mockImplementation(() => now() + millis);
}

describe.each(['tcp', 'unix'] as const)('E1: the clock of the system over %s', (over) => {
  it.each([
    ['an hour on', HOUR_MILLIS],
    ['an hour back', -HOUR_MILLIS],
    ['fifty years on', 50 * YEAR_MILLIS],
    ['fifty years back', -50 * YEAR_MILLIS],
  ])('may jump %s during a request and a pause', async (_how, millis) => {
    const refusal: Script = [readAll, jump(millis), reply(503), jump(-millis)];
    const server = await openFaultServer({
      over,
      scripts: [refusal, [readAll, jump(millis), reply(200)], ACCEPT],
    });
    const exporter = openExporter({ url: server.url, timeoutMillis: 2_000 });

    expect(await exportSpans(exporter, makeSpans(2))).toEqual({ code: 0 });
    expect(await exportSpans(exporter, makeSpans(2))).toEqual({ code: 0 });

    expect(server.requests).toBe(3);
  });

  it.each([HOUR_MILLIS, -HOUR_MILLIS])(
    'may jump by %d ms while an answer does not come',
    async (millis) => {
      const server = await openFaultServer({ over, scripts: [[readAll, jump(millis), stall]] });
      const exporter = openExporter({ url: server.url, attemptTimeoutMillis: 200, maxRetries: 0 });
      const start = performance.now();

      expect(await exportSpans(exporter, makeSpans(1))).toMatchObject({
        error: { kind: 'timeout' },
      });

      expect(performance.now() - start).toBeGreaterThan(195);
    },
  );
});

describe('a process that is frozen', () => {
  it('sends nothing of an export whose time was over before its request began', async () => {
    const server = await openFaultServer({ scripts: [ACCEPT] });
    const exporter = openExporter({ url: server.url, timeoutMillis: 300 });
    const freeze = (): void => {
      const start = performance.now();
      while (performance.now() - start < 400);
    };
    subscribe('undici:client:connected', freeze);
    onTestFinished(() => void unsubscribe('undici:client:connected', freeze));

    expect(await exportSpans(exporter, makeSpans(1))).toMatchObject({
      error: {
        kind: 'timeout',
        attempts: 0,
        cause: { message: 'its time was over before the request began' },
      },
    });

    expect(server.requests).toBe(0);
  });
});

describe('E4: timers that a test of the user has replaced', () => {
  it('do not hold up an export to an Agent that answers', async () => {
    const server = await openFaultServer({ scripts: [ACCEPT] });
    const exporter = openExporter({ url: server.url });
    expect(await exportSpans(exporter, [makeSpan()])).toEqual({ code: 0 }); // loads undici
    vi.useFakeTimers({
      toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'Date', 'performance'],
    });

    expect(await exportSpans(exporter, [makeSpan()])).toEqual({ code: 0 });
  });

  it('keep no process that has nothing left to do', async () => {
    const server = await openFaultServer({ scripts: [ACCEPT] });

    const run = await runProgram(
      `const exporter = openExporter();
       globalThis.setImmediate = () => undefined;
       console.log(await outcomeOf(exporter));`,
      { agentUrl: server.url },
    );

    expect(run).toEqual({ ended: 0, stdout: 'success\n', stderr: '' });
  });

  it('nor do those that undici waits for before it uses a connection again', async () => {
    const server = await openFaultServer({ scripts: [ACCEPT] });
    const exporter = openExporter({ url: server.url });
    expect(await exportSpans(exporter, [makeSpan()])).toEqual({ code: 0 });
    vi.useFakeTimers(); // all that Vitest replaces, `setImmediate` among them

    expect(await exportSpans(exporter, [makeSpan()])).toEqual({ code: 0 });
    expect(await exportSpans(exporter, [makeSpan()])).toEqual({ code: 0 });
    vi.useRealTimers();
    expect(await exportSpans(exporter, [makeSpan()])).toEqual({ code: 0 });
  });

  it.each<[string, unknown, unknown]>([
    ['returns a number', () => 5, clearImmediate],
    ['returns nothing that could be asked', () => ({ constructor: undefined }), clearImmediate],
    ['has nothing that clears it', (task: () => void) => setTimeout(task), undefined],
    [
      'is forbidden',
      () => {
        throw new Error('no turns here');
      },
      clearImmediate,
    ],
  ])('do not matter where the global setImmediate %s', async (_what, set, clear) => {
    const server = await openFaultServer({ scripts: [ACCEPT] });
    const exporter = openExporter({ url: server.url });
    expect(await exportSpans(exporter, [makeSpan()])).toEqual({ code: 0 }); // loads undici
    vi.stubGlobal('setImmediate', set);
    vi.stubGlobal('clearImmediate', clear);

    for (const span of makeSpans(2)) {
      expect(await exportSpans(exporter, [span])).toEqual({ code: 0 });
    }
  });

  it('cost no connection where they only wrap those of Node, as zone.js does', async () => {
    let connections = 0;
    const count: Script = [() => void connections++];
    const server = await openFaultServer({ scripts: [ACCEPT], onAccept: [count, count, count] });
    const exporter = openExporter({ url: server.url });
    const ofNode = setImmediate;
    vi.stubGlobal('setImmediate', (task: () => void) => ofNode(task));

    for (const span of makeSpans(3)) {
      expect(await exportSpans(exporter, [span])).toEqual({ code: 0 });
    }

    expect(connections).toBe(1);
  });

  it.each([
    ['are gone again', 'mock.timers.reset();'],
    ['are still there', ''],
  ])('do not matter if they were there when the package was loaded, and %s', async (_how, then) => {
    const server = await openFaultServer({ scripts: [ACCEPT] });
    const fake = `import { mock } from 'node:test'; mock.timers.enable();`;
    const { stdout } = await runProgram(
      `import { mock } from 'node:test';
       ${then}
       const exporter = openExporter();
       for (const count of [1, 1, 5_000]) console.log(await outcomeOf(exporter, count));
       await exporter.shutdown();
       console.log('shut down');`,
      {
        agentUrl: server.url,
        flags: [`--import=data:text/javascript,${encodeURIComponent(fake)}`],
      },
    );

    expect(stdout).toBe('success\nsuccess\nsuccess\nshut down\n');
  });

  it('do not hold up a flush or a shutdown without an Agent', async () => {
    const exporter = openExporter({ url: await refusedUrl() });
    vi.useFakeTimers();

    const first = exportSpans(exporter, [makeSpan()]);
    await expect(exporter.forceFlush()).rejects.toMatchObject({ kind: 'connect' });
    const second = exportSpans(exporter, [makeSpan()]);
    await exporter.shutdown();

    expect(await first).toMatchObject({ error: { kind: 'connect', attempts: 2 } });
    expect(await second).toMatchObject({ error: { kind: 'connect', attempts: 2 } });
  });

  it('end it when the time that they tell is over', async () => {
    const server = await openFaultServer({ scripts: [[readAll, stall]] });
    const exporter = openExporter({ url: server.url, timeoutMillis: 4_000, maxRetries: 0 });
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const results: ExportResult[] = [];

    exporter.export([makeSpan()], (result) => results.push(result));
    await until('the request', () => server.spans.length === 1);
    vi.advanceTimersByTime(3_000); // `attemptTimeoutMillis`
    await until('the callback', () => results.length === 1);

    expect(results).toMatchObject([{ error: { kind: 'timeout' } }]);
  });
});
