import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { once } from 'node:events';
import { build } from 'esbuild';
import { describe, expect, it, onTestFinished } from 'vitest';
import { decodeStrictly } from '../support/encoding.js';
import { openFaultServer } from '../support/fault-server.js';
import { ACCEPT, freeze, readAll, readHead, reply, stall } from '../support/fault-steps.js';
import { refusedUrl } from '../support/raw-server.js';
import { openScriptedAgent } from '../support/scripted-agent.js';
import { until } from '../support/until.js';
import { startScript, TRACED, writeScript } from './script.js';

/** Prints the ledger behind everybody else, as the last thing that the process does. */
const REPORT = `process.on('exit', () => console.log(JSON.stringify(exporter.stats())));`;
const BLOCKING = `flushOnExit(target, { blockOnExit: true, timeoutMillis: 10_000 }); ${REPORT}`;

function statsIn(stdout: string): unknown {
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
}

describe.each(['tcp', 'unix'] as const)(
  'a process that exits, with blockOnExit over %s',
  (over) => {
    it('delivers at process.exit(), and keeps its exit code', async () => {
      const agent = await openScriptedAgent(over);
      const script = startScript(`${BLOCKING} endSpans(); process.exit(3);`, {
        agentUrl: agent.url,
      });

      const { code, stdout, stderr } = await script.end;

      expect([code, stderr]).toEqual([3, '']);
      expect(agent.spans).toHaveLength(50);
      expect(statsIn(stdout)).toMatchObject({
        received: 50,
        exported: 50,
        inFlight: 0,
        buffered: 0,
      });
    });

    it('delivers after an uncaught exception', async () => {
      const agent = await openScriptedAgent(over);
      const script = startScript(`${BLOCKING} endSpans(); throw new Error('of the application');`, {
        agentUrl: agent.url,
      });

      const { code, stderr } = await script.end;

      expect(code).toBe(1);
      expect(stderr).toContain('of the application');
      expect(agent.spans).toHaveLength(50);
    });

    it('does not send again what has left it whole, and says that it does not know', async () => {
      const server = await openFaultServer({ over, scripts: [[readAll, stall]] });
      const script = startScript(
        `${BLOCKING} endSpans(); void provider.forceFlush();
       process.once('SIGTERM', () => undefined); // or it would be flushed first
       process.stdin.resume().once('data', () => process.exit(0)); console.log('ready');`,
        { agentUrl: server.url, hasInput: true },
      );
      await script.says('ready');
      await until('the request', () => server.spans.length === 50);

      script.child.stdin?.write('now');
      const { code, stdout } = await script.end;

      expect(code).toBe(0);
      expect(server.requests).toBe(1);
      expect(statsIn(stdout)).toMatchObject({ dropped: 50, droppedByReason: { unknown: 50 } });
    });

    it('sends again what has left it in part', async () => {
      const server = await openFaultServer({ over, scripts: [[readHead, freeze], ACCEPT] });
      const script = startScript(
        `const large = new DatadogSpanExporter({ maxPayloadBytes: 16 * 1024 * 1024 });
         const own = new NodeTracerProvider({ spanProcessors: [new BatchSpanProcessor(large)] });
         flushOnExit([own, large], { blockOnExit: true, timeoutMillis: 5_000 });
         process.on('exit', () => console.log(JSON.stringify(large.stats())));
         const text = 'x'.repeat(24_000); // 500 of them are more than the kernel's buffers hold
         for (let index = 0; index < 500; index++) {
           own.getTracer('own').startSpan('large', { attributes: { text } }).end();
         }
         void own.forceFlush();
         process.stdin.resume().once('data', () => process.exit(0)); console.log('ready');`,
        { agentUrl: server.url, hasInput: true },
      );
      await script.says('ready');
      await until('the request', () => server.requests === 1);

      script.child.stdin?.write('now');
      const { stdout } = await script.end;

      expect(statsIn(stdout)).toMatchObject({ exported: 500, dropped: 0 });
      expect(server.spans).toHaveLength(500);
    });

    it('waits no longer than it may for an Agent that does not answer', async () => {
      const server = await openFaultServer({ over, scripts: [[readAll, stall]] });
      const script = startScript(
        `flushOnExit(target, { blockOnExit: true, timeoutMillis: 300 }); endSpans();
       const start = performance.now();
       process.on('exit', () => console.log(performance.now() - start));
       ${REPORT} process.exit(0);`,
        { agentUrl: server.url },
      );

      const { stdout } = await script.end;

      const blockMillis = Number(stdout.split('\n')[0]);
      expect(blockMillis).toBeGreaterThan(290);
      expect(blockMillis).toBeLessThan(1_000);
      expect(statsIn(stdout)).toMatchObject({ dropped: 50, droppedByReason: { timeout: 50 } });
    });

    it('says what became of spans that nobody took', async () => {
      const server = await openFaultServer({ over, scripts: [[readAll, reply(400)]] });
      const dead = await refusedUrl(over);
      const reasons = await Promise.all(
        [server.url, dead].map(async (agentUrl) => {
          const script = startScript(`${BLOCKING} endSpans(); process.exit(0);`, { agentUrl });
          const { stdout } = await script.end;
          return statsIn(stdout);
        }),
      );

      expect(reasons).toMatchObject([
        { dropped: 50, droppedByReason: { rejected: 50 } },
        { dropped: 50, droppedByReason: { connect: 50 } },
      ]);
    });
  },
);

describe('blockOnExit', () => {
  it('loses nothing of what a flush was at work on when the application exits', async () => {
    const agent = await openScriptedAgent();
    const script = startScript(
      `${BLOCKING} endSpans(); process.once('SIGTERM', () => process.exit(5));
       process.kill(process.pid, 'SIGTERM'); serve();`,
      { agentUrl: agent.url },
    );

    expect(await script.end).toMatchObject({ code: 5, stderr: '' });
    expect(agent.spans).toHaveLength(50);
  });

  it('sends nothing again that the application has aborted', async () => {
    const server = await openFaultServer({ scripts: [[readAll, stall]] });
    const script = startScript(
      `${BLOCKING} endSpans(); void provider.forceFlush().catch(() => undefined);
       process.stdin.resume().once('data', () => {
         void exporter.shutdown({ graceMillis: 0 });
         process.exit(0);
       });
       console.log('ready');`,
      { agentUrl: server.url, hasInput: true },
    );
    await script.says('ready');
    await until('the request', () => server.requests === 1);

    script.child.stdin?.write('now');
    const { stdout } = await script.end;

    expect(statsIn(stdout)).toMatchObject({ dropped: 50, droppedByReason: { shutdown: 50 } });
    expect(server.requests).toBe(1);
  });

  it('finishes a batch whose encoding had been put off', async () => {
    const agent = await openScriptedAgent();
    const script = startScript(
      `flushOnExit(target, { blockOnExit: true, timeoutMillis: 8_000 }); ${REPORT}
       const spans = [];
       const collecting = new NodeTracerProvider({ spanProcessors: [
         { onStart() {}, onEnd: (span) => void spans.push(span), forceFlush: async () => {}, shutdown: async () => {} },
       ] });
       for (let index = 0; index < 6_000; index++) collecting.getTracer('many').startSpan('one').end();
       exporter.export(spans, () => undefined);
       process.exit(0);`,
      { agentUrl: agent.url },
    );

    const { stdout } = await script.end;

    expect(statsIn(stdout)).toMatchObject({ received: 6_000, exported: 6_000 });
    expect(new Set(agent.spans.map(({ spanId }) => spanId)).size).toBe(6_000);
    expect(agent.spans).toHaveLength(6_000);
  });

  it('works through a ForkSafeSpanProcessor', async () => {
    const agent = await openScriptedAgent();
    const script = startScript(
      `const createProcessor = (to) => new BatchSpanProcessor(to);
       const processor = new ForkSafeSpanProcessor({ exporter, createProcessor });
       const own = new NodeTracerProvider({ spanProcessors: [processor] });
       flushOnExit(processor, { blockOnExit: true, timeoutMillis: 10_000 });
       for (let index = 0; index < 7; index++) own.getTracer('own').startSpan('one').end();
       process.exit(0);`,
      { agentUrl: agent.url },
    );

    expect(await script.end).toMatchObject({ code: 0, stderr: '' });
    expect(agent.spans).toHaveLength(7);
  });

  it('works with a provider alone, which does not say what it exports to', async () => {
    const agent = await openScriptedAgent();
    const script = startScript(
      `flushOnExit(provider, { blockOnExit: true, timeoutMillis: 10_000 }); endSpans(); process.exit(0);`,
      { agentUrl: agent.url },
    );

    expect(await script.end).toMatchObject({ code: 0, stderr: '' });
    expect(agent.spans).toHaveLength(50);
  });

  it.each([
    ['in NODE_OPTIONS', (options: string) => ({ env: { NODE_OPTIONS: options } })],
    ['on the command line', (options: string) => ({ nodeOptions: options.split(' ') })],
  ])('does not run what the application preloads %s once more', async (_, given) => {
    const agent = await openScriptedAgent();
    const write = "require('node:fs').writeSync(1, 'preloaded\\n');"; // no console, which needs the main thread
    const script = startScript(
      `flushOnExit(target, { blockOnExit: true, timeoutMillis: 10_000 }); endSpans(); process.exit(0);`,
      { agentUrl: agent.url, ...given(`--require ${writeScript(write, 'preload.cjs')}`) },
    );

    expect(await script.end).toMatchObject({ code: 0, stdout: 'preloaded\n', stderr: '' });
    expect(agent.spans).toHaveLength(50);
  });

  it('works in a bundle without files beside it', async () => {
    const agent = await openScriptedAgent();
    const entry = writeScript(
      `import { endSpans, flushOnExit, target } from '${new URL(TRACED).pathname}';
       flushOnExit(target, { blockOnExit: true, timeoutMillis: 10_000 }); endSpans(); process.exit(0);`,
    );
    const bundle = writeScript('', 'bundle.cjs');
    await build({ entryPoints: [entry], outfile: bundle, bundle: true, platform: 'node' });

    const script = startScript(`await import('${bundle}');`, { agentUrl: agent.url });

    expect(await script.end).toMatchObject({ code: 0, stderr: '' });
    expect(agent.spans).toHaveLength(50);
  });

  it('works for a worker thread that exits', async () => {
    const agent = await openScriptedAgent();
    const script = startScript(
      `import { isMainThread, Worker } from 'node:worker_threads';
       if (isMainThread) new Worker(new URL(import.meta.url));
       else { flushOnExit(target, { blockOnExit: true, timeoutMillis: 10_000 }); endSpans(); process.exit(0); }`,
      { agentUrl: agent.url },
    );

    expect(await script.end).toMatchObject({ code: 0, stderr: '' });
    expect(agent.spans).toHaveLength(50);
  });

  it('trusts the certificate that the exporter trusts', async () => {
    const pem = (name: string): string =>
      readFileSync(new URL(`../support/tls/${name}.pem`, import.meta.url), 'utf8');
    const bodies: Buffer[] = [];
    const server = createServer({ cert: pem('cert'), key: pem('key') }, (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => void chunks.push(chunk));
      request.on('end', () => {
        bodies.push(Buffer.concat(chunks));
        response.end('{}');
      });
    });
    onTestFinished(() => void server.close());
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const script = startScript(
      `const over = new DatadogSpanExporter({ url: 'https://localhost:${port}', ca: ${JSON.stringify(pem('cert'))} });
       const own = new NodeTracerProvider({ spanProcessors: [new BatchSpanProcessor(over)] });
       flushOnExit([own, over], { blockOnExit: true, timeoutMillis: 10_000 });
       own.getTracer('own').startSpan('secret').end();
       process.exit(0);`,
      { agentUrl: await refusedUrl() },
    );

    expect(await script.end).toMatchObject({ code: 0, stderr: '' });
    expect(bodies.flatMap((body) => decodeStrictly(body).flat())).toHaveLength(1);
  });

  it('is refused where no exporter of this package is among the targets', async () => {
    const { flushOnExit } = await import('../../src/index.js');
    const other = { forceFlush: () => Promise.resolve() };

    expect(() => flushOnExit([other], { blockOnExit: true })).toThrow(
      /^Expected `target` to be an exporter or a processor of this package or a provider, or to /,
    );
  });
});
