import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import type { ReceivedSpan } from '../../src/dev-agent/index.js';
import { openFaultServer } from '../support/fault-server.js';
import { ACCEPT, readAll, rst, stall } from '../support/fault-steps.js';
import { refusedUrl } from '../support/raw-server.js';
import { until } from '../support/until.js';
import { runProgram, runWithFewFiles } from './child-program.js';

const DIST = new URL('../../dist/index', import.meta.url);

const QUIET_END = { ended: 0, stderr: '' };

/** How many spans each service has sent, the most first. */
function spansByService(spans: readonly ReceivedSpan[]): readonly number[] {
  const counts = new Map<string, number>();
  for (const { service } of spans) counts.set(service, (counts.get(service) ?? 0) + 1);
  return [...counts.values()].toSorted((a, b) => b - a);
}

/** Runs `body` in so many worker threads, and `main` in the main thread. */
function inThreads(body: string, main: string): string {
  return `
    import { isMainThread, parentPort, Worker } from 'node:worker_threads';
    import { once } from 'node:events';
    const newThread = () => new Worker(new URL(import.meta.url));
    if (isMainThread) { ${main} } else { ${body} }
  `;
}

describe.each(['tcp', 'unix'] as const)('over %s', (over) => {
  it('A15: where no file may be opened any more, the export is retried and the process goes on', async () => {
    const server = await openFaultServer({ over, scripts: [ACCEPT] });

    const run = await runWithFewFiles(
      `import { closeSync, openSync } from 'node:fs';
       const exporter = openExporter({ maxRetries: 1 });
       await import('${import.meta.resolve('undici')}');
       await new Promise(setImmediate);
       const files = [];
       try { for (;;) files.push(openSync('/dev/null')); } catch ({ code }) { console.log(code); }
       console.log(await outcomeOf(exporter, 2), exporter.stats().dropped);
       for (const file of files) closeSync(file);
       console.log(await outcomeOf(exporter, 3));`,
      { agentUrl: server.url, files: 64 },
    );

    expect(run).toEqual({ ...QUIET_END, stdout: 'EMFILE\nconnect 2\nsuccess\n' });
    expect(server.spans).toHaveLength(3);
  });

  it('G3: a thread that is terminated in the middle of an export leaves no socket and harms nobody', async () => {
    const server = await openFaultServer({ over, scripts: [[readAll, stall], ACCEPT] });

    const run = await runProgram(
      inThreads(
        `openExporter().export([makeSpan()], () => undefined);
         const { subscribe } = await import('node:diagnostics_channel');
         subscribe('undici:request:bodySent', () => parentPort.postMessage('sent'));`,
        `const thread = newThread();
         await once(thread, 'message');
         console.log(await thread.terminate());
         console.log(await outcomeOf(openExporter()));`,
      ),
      { agentUrl: server.url },
    );

    expect(run).toEqual({ ...QUIET_END, stdout: '1\nsuccess\n' });
    await until('no socket', () => server.open === 0);
  });
});

describe('of several processes and threads', () => {
  it('G4: eight threads export for themselves, and each ends when it has nothing left to do', async () => {
    const server = await openFaultServer({ scripts: [ACCEPT] });

    const run = await runProgram(
      inThreads(
        `if (await outcomeOf(openExporter(), 2) !== 'success') process.exitCode = 9;`,
        `const threads = Array.from({ length: 8 }, newThread);
         const codes = await Promise.all(threads.map((thread) => once(thread, 'exit')));
         console.log(codes.join(''));`,
      ),
      { agentUrl: server.url },
    );

    expect(run).toEqual({ ...QUIET_END, stdout: '00000000\n' });
    expect(server.spans).toHaveLength(16);
  });

  it('G2: a cluster worker that is killed while it sends costs no other worker a span', async () => {
    const server = await openFaultServer({ scripts: [ACCEPT] });

    const run = await runProgram(
      `import cluster from 'node:cluster';
       import { once } from 'node:events';
       import { subscribe } from 'node:diagnostics_channel';
       if (cluster.isPrimary) {
         const workers = Array.from({ length: 4 }, (_, index) => cluster.fork({ INDEX: index }));
         const ends = await Promise.all(workers.map((worker) => once(worker, 'exit')));
         console.log(ends.map(([code, signal]) => code ?? signal).join(' '));
       } else {
         const exporter = openExporter();
         if (process.env.INDEX === '0') {
           subscribe('undici:request:bodySent', () => process.kill(process.pid, 'SIGKILL'));
         }
         let accepted = 0;
         for (let count = 0; count < 10; count++) {
           if (await outcomeOf(exporter, 5) === 'success') accepted += 5;
         }
         process.exit(accepted);
       }`,
      { agentUrl: server.url },
    );

    expect(run).toEqual({ ...QUIET_END, stdout: 'SIGKILL 50 50 50\n' });
    const counts = spansByService(server.spans);
    expect(counts.slice(0, 3)).toEqual([50, 50, 50]);
    expect(counts[3] ?? 0).toBeLessThanOrEqual(5);
  });

  it('G7: process.exit() in the middle of an export ends the process at once', async () => {
    const server = await openFaultServer({ scripts: [[readAll, stall]] });

    const run = await runProgram(
      `import { subscribe } from 'node:diagnostics_channel';
       const exporter = openExporter();
       subscribe('undici:request:bodySent', () => {
         console.log(exporter.stats().inFlight);
         process.exit(5);
       });
       exporter.export([makeSpan()], () => console.log('called back'));`,
      { agentUrl: server.url },
    );

    expect(run).toEqual({ ended: 5, stdout: '1\n', stderr: '' });
  });

  it('G8: a process with nothing else to do waits for the limit of an export, and no longer', async () => {
    const server = await openFaultServer({ scripts: [[readAll, stall]] });

    const run = await runProgram(
      `const start = performance.now();
       const exporter = openExporter({ timeoutMillis: 300 });
       exporter.export([makeSpan()], ({ error }) => console.log(error.kind));
       process.on('exit', () => console.log(performance.now() - start < 2_000));`,
      { agentUrl: server.url },
    );

    expect(run).toEqual({ ...QUIET_END, stdout: 'timeout\ntrue\n' });
  });

  it('G9: an exception that nobody catches ends the process as it would without an exporter', async () => {
    const server = await openFaultServer({ scripts: [[readAll, stall]] });

    const run = await runProgram(
      `import { subscribe } from 'node:diagnostics_channel';
       const exporter = openExporter();
       const events = ['uncaughtException', 'unhandledRejection', 'uncaughtExceptionMonitor'];
       console.log(events.map((event) => process.listenerCount(event)).join());
       exporter.export([makeSpan()], () => console.log('called back'));
       subscribe('undici:request:bodySent', () => setImmediate(() => { throw new Error('of the user'); }));`,
      { agentUrl: server.url },
    );

    expect(run).toMatchObject({ ended: 1, stdout: '0,0,0\n' });
    expect(run.stderr).toContain('Error: of the user');
  });
});

describe('G11: the exporter works', () => {
  const EXPORT = `console.log(await outcomeOf(openExporter()));`;
  const [major = 0] = process.versions.node.split('.').map(Number);
  const reading = (...paths: readonly string[]): readonly string[] => [
    major < 23 ? '--experimental-permission' : '--permission',
    ...paths.map((path) => `--allow-fs-read=${path}`),
    ...(major < 25 ? [] : ['--allow-net']),
    '--no-warnings', // the older line warns of the experiment
  ];
  const ownFiles = [new URL('../../', import.meta.url).pathname, `${tmpdir()}/`];

  it.each([
    ['with frozen intrinsics', ['--frozen-intrinsics', '--no-warnings'], EXPORT],
    ['without __proto__', ['--disable-proto=delete'], EXPORT],
    ['where __proto__ throws', ['--disable-proto=throw'], EXPORT],
    ['under the permission model', reading('*'), EXPORT],
    ['where it may read its own files only', reading(...ownFiles), EXPORT],
    [
      'where it may not look for the default socket',
      reading(...ownFiles, '/proc/', '/sys/'),
      `const url = process.env.DD_TRACE_AGENT_URL;
      delete process.env.DD_TRACE_AGENT_URL;
      openExporter();
      console.log(await outcomeOf(openExporter({ url })));`,
    ],
    ['after a change of the working directory', [], `process.chdir('/'); ${EXPORT}`],
    [
      'without any variable',
      [],
      `const url = process.env.DD_TRACE_AGENT_URL;
      for (const name of Object.keys(process.env)) delete process.env[name];
      console.log(await outcomeOf(openExporter({ url })));`,
    ],
  ])('%s', async (_how, flags, body) => {
    const server = await openFaultServer({ scripts: [ACCEPT] });

    const run = await runProgram(body, { agentUrl: server.url, flags });

    expect(run).toEqual({ ...QUIET_END, stdout: 'success\n' });
    expect(server.spans).toHaveLength(1);
  });

  it('with globals of its own, as under Jest, where no error of Node is an instance of Error', async () => {
    const server = await openFaultServer({ scripts: [[readAll, rst], ACCEPT] });

    const run = await runProgram(
      `import { readFileSync } from 'node:fs';
       import { createRequire } from 'node:module';
       import vm from 'node:vm';
       const names = Object.getOwnPropertyNames(globalThis);
       const { names: known } = vm.runInNewContext('({ names: Object.getOwnPropertyNames(globalThis) })');
       const added = names.filter((name) => !known.includes(name) && name !== 'localStorage'); // Node 26 warns
       const parsingContext = vm.createContext(Object.fromEntries(added.map((name) => [name, globalThis[name]])));
       const file = '${DIST.pathname}.cjs';
       const module = { exports: {} };
       const parameters = ['exports', 'require', 'module', '__filename'];
       const run = vm.compileFunction(readFileSync(file, 'utf8'), parameters, { parsingContext });
       run(module.exports, createRequire(file), module, file);
       console.log(await outcomeOf(openExporter({}, module.exports.DatadogSpanExporter)));`,
      { agentUrl: server.url },
    );

    expect(run).toEqual({ ...QUIET_END, stdout: 'success\n' });
    expect(server.requests).toBe(2);
  });

  it('F15, G11: twice in a process, as a module and as CommonJS, each for itself', async () => {
    const server = await openFaultServer({ scripts: [ACCEPT] });

    const run = await runProgram(
      `import { createRequire } from 'node:module';
       const { DatadogSpanExporter } = createRequire(import.meta.url)('${DIST.pathname}.cjs');
       const [first, second, third] = [openExporter(), openExporter(), openExporter({}, DatadogSpanExporter)];
       console.log(...await Promise.all([first, second, third].map((one) => outcomeOf(one, 2))));
       await first.shutdown();
       console.log(...await Promise.all([first, second, third].map((one) => outcomeOf(one, 2))));
       console.log(...[first, second, third].map((one) => one.stats().exported));`,
      { agentUrl: server.url },
    );

    const stdout = 'success success success\nshutdown success success\n2 4 4\n';
    expect(run).toEqual({ ...QUIET_END, stdout });
    expect(server.spans).toHaveLength(10);
  });
});

describe('G12: a process with a heap of 64 MiB', () => {
  it.each([
    ['hangs', async () => (await openFaultServer({ scripts: [[readAll, stall]] })).url],
    ['refuses', () => refusedUrl()],
  ])('lives on while the Agent %s and 100 000 spans come', async (_how, open) => {
    const run = await runProgram(
      `const exporter = openExporter({ timeoutMillis: 3_000 });
       const kinds = new Set();
       let settled = 0;
       for (let count = 0; count < 200; count++) {
         const batch = Array.from({ length: 500 }, makeSpan);
         exporter.export(batch, ({ error }) => { settled++; kinds.add(error?.kind); });
         await new Promise(setImmediate);
       }
       const mib = process.memoryUsage().arrayBuffers / 1024 / 1024;
       await exporter.shutdown();
       const { received, dropped } = exporter.stats();
       console.log(settled, received, dropped, kinds.has(undefined), mib < 2 * 32 + 8 + 8 || mib);`,
      { agentUrl: await open(), flags: ['--max-old-space-size=64'] },
    );

    expect(run).toEqual({ ...QUIET_END, stdout: '200 100000 100000 false true\n' });
  });
});
