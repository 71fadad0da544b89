import { describe, expect, it } from 'vitest';
import { timePasses } from '../freeze/freezing.js';
import { openAnsweringServer, tlsServer } from '../support/answering-server.js';
import type { StartedProcess } from '../support/child-process.js';
import { openFaultServer } from '../support/fault-server.js';
import {
  ACCEPT,
  answer,
  fin,
  flood,
  hangUp,
  readAll,
  readHead,
  reply,
  send,
  stall,
} from '../support/fault-steps.js';
import { openGate } from '../support/gate.js';
import { refusedUrl } from '../support/raw-server.js';
import { openScriptedAgent } from '../support/scripted-agent.js';
import { until } from '../support/until.js';
import { startScript } from './script.js';

const ENDLESS_REPLY = 'HTTP/1.1 200 OK\r\n\r\n';
/** Ends a script, and says when `flushOnExit` began and ended to deliver. */
const TIMED_EXIT = `
  process.prependListener('exit', () => console.log(performance.now()));
  process.on('exit', () => console.log(performance.now()));
  process.exit();`;

async function blockedMillisOf({ end }: StartedProcess): Promise<number> {
  const { stdout } = await end;
  const [before = NaN, after = NaN] = stdout.trim().split('\n').map(Number);
  return after - before;
}

describe('a process that exits, with blockOnExit,', () => {
  it('delivers more than may be pending at a time: nobody makes room any more', async () => {
    const agent = await openScriptedAgent();
    const script = startScript(
      `const own = new DatadogSpanExporter({ maxPayloadBytes: 65_536, maxPendingBytes: 65_536 });
       const processor = new DatadogBatchSpanProcessor({ exporter: own });
       flushOnExit(processor, { blockOnExit: true, timeoutMillis: 10_000 });
       const tracer = new NodeTracerProvider({ spanProcessors: [processor] }).getTracer('own');
       for (let index = 0; index < 500; index++) tracer.startSpan('one').end();
       process.exit();`,
      { agentUrl: agent.url },
    );

    expect(await script.end).toMatchObject({ code: 0, stderr: '' });
    expect(agent.spans).toHaveLength(500);
  });

  it.each([
    ['keeps connections open', ACCEPT],
    ['closes its side with each reply, unannounced', [readAll, reply(200), fin]],
    ['never ends its replies', [readAll, send(ENDLESS_REPLY), flood('x'.repeat(65_536))]],
  ])(
    'delivers many payloads, each once over a connection of its own, to an Agent that %s',
    async (_what, script) => {
      const server = await openFaultServer({ scripts: [script] });
      const { end } = startScript(
        `const own = new DatadogSpanExporter({ maxPayloadBytes: 4_096 });
       const processor = new DatadogBatchSpanProcessor({ exporter: own });
       flushOnExit(processor, { blockOnExit: true, timeoutMillis: 10_000 });
       const tracer = new NodeTracerProvider({ spanProcessors: [processor] }).getTracer('own');
       for (let index = 0; index < 90; index++) tracer.startSpan('one').end();
       process.on('exit', () => console.log(own.stats().exported));
       process.exit();`,
        { agentUrl: server.url },
      );

      expect(await end).toMatchObject({ code: 0, stdout: '90\n', stderr: '' });
      expect(server.spans).toHaveLength(90);
      expect(server.requests).toBeGreaterThan(10);
      expect(server.accepted).toBe(server.requests);
    },
  );

  it('waits for several that do not get through no longer than for one', async () => {
    const server = await openFaultServer({ scripts: [[readHead, stall]] });
    const script = startScript(
      `for (let index = 0; index < 3; index++) {
         const processor = new DatadogBatchSpanProcessor({ exporter: new DatadogSpanExporter() });
         flushOnExit(processor, { blockOnExit: true, timeoutMillis: 2_000 });
         const provider = new NodeTracerProvider({ spanProcessors: [processor] });
         provider.getTracer('own').startSpan('one').end();
       }
       ${TIMED_EXIT}`,
      { agentUrl: server.url },
    );

    const blockedMillis = await blockedMillisOf(script);
    expect(blockedMillis).toBeGreaterThan(1_900);
    expect(blockedMillis).toBeLessThan(3_900);
  });

  it.each([
    ['its provider', 'flushOnExit(own, options);'],
    ['a processor and its exporter', 'flushOnExit([processor, exporter], options);'],
    ['both in two calls', 'for (const one of [processor, exporter]) flushOnExit(one, options);'],
  ])('grants all of the time to an exporter that is reached by %s', async (_what, calls) => {
    const server = await openFaultServer({ scripts: [[readHead, stall]] });
    const script = startScript(
      `const createProcessor = (to) => new BatchSpanProcessor(to);
       const processor = new ForkSafeSpanProcessor({ exporter, createProcessor });
       const own = new NodeTracerProvider({ spanProcessors: [processor] });
       const options = { blockOnExit: true, timeoutMillis: 2_000 };
       ${calls}
       own.getTracer('own').startSpan('one').end();
       ${TIMED_EXIT}`,
      { agentUrl: server.url },
    );

    const blockedMillis = await blockedMillisOf(script);
    expect(blockedMillis).toBeGreaterThan(1_900);
    expect(blockedMillis).toBeLessThan(3_900);
  });

  it.each([
    ['in one call', 'flushOnExit(processors, options);'],
    ['in two calls', 'for (const one of processors) flushOnExit(one, options);'],
  ])(
    'leaves others their share when one hangs, and counts what was an attempt, %s',
    async (_how, calls) => {
      const agent = await openScriptedAgent();
      const hanging = await openFaultServer({ scripts: [[readHead, stall]] });
      const script = startScript(
        `printWarnings();
       const exporters = [new DatadogSpanExporter({ url: '${hanging.url}', maxConnections: 1 }), exporter];
       const processors = exporters.map((one) => new DatadogBatchSpanProcessor({ exporter: one }));
       const options = { blockOnExit: true, timeoutMillis: 2_000 };
       ${calls}
       const tracer = new NodeTracerProvider({ spanProcessors: processors }).getTracer('own');
       for (let index = 0; index < 3; index++) {
         tracer.startSpan('one').end();
         for (const processor of processors) processor.forceFlush().catch(() => undefined);
       }
       process.exit();`,
        { agentUrl: agent.url },
      );

      const { stdout } = await script.end;

      expect(agent.spans).toHaveLength(3);
      expect(stdout).toContain('1 attempt: the Agent did not answer in time');
      expect(stdout).toContain('3 spans lost');
    },
  );

  it.each([
    ['ForkSafeSpanProcessors, in one call', 'fork safe', 'flushOnExit(all, options);'],
    [
      'ForkSafeSpanProcessors, in two calls',
      'fork safe',
      'for (const one of all) flushOnExit(one, options);',
    ],
    [
      'providers, in two calls',
      'bare',
      'for (const one of all) flushOnExit([one, exporters[all.indexOf(one)]], options);',
    ],
  ])('leaves others their share of what %s still hold', async (_how, kind, calls) => {
    const agent = await openScriptedAgent();
    const hanging = await openFaultServer({ scripts: [[readHead, stall]] });
    const script = startScript(
      `const exporters = [new DatadogSpanExporter({ url: '${hanging.url}' }), exporter];
       const createProcessor = (to) => new BatchSpanProcessor(to);
       const holders = exporters.map((one) => '${kind}' === 'bare'
         ? createProcessor(one)
         : new ForkSafeSpanProcessor({ exporter: one, createProcessor }));
       const providers = holders.map((one) => new NodeTracerProvider({ spanProcessors: [one] }));
       const all = '${kind}' === 'bare' ? providers : holders;
       const options = { blockOnExit: true, timeoutMillis: 3_000 };
       ${calls}
       for (const provider of providers) provider.getTracer('own').startSpan('one').end();
       process.exit();`,
      { agentUrl: agent.url },
    );

    expect(await script.end).toMatchObject({ code: 0, stderr: '' });
    expect(agent.spans).toHaveLength(1);
  });

  it('reads what came while it was frozen, before its time is taken for up', async () => {
    const gate = openGate();
    const server = await openFaultServer({ scripts: [[readAll, gate.pass, reply(200)]] });
    const script = startScript(
      `flushOnExit(target, { blockOnExit: true, timeoutMillis: 3_000 }); endSpans();
       process.on('exit', () => console.log(exporter.stats().exported));
       process.exit(0);`,
      { agentUrl: server.url },
    );
    await until('the request', () => server.spans.length === 50);
    script.child.kill('SIGSTOP');
    gate.open();
    await timePasses(3_200);
    script.child.kill('SIGCONT');

    expect(await script.end).toMatchObject({ code: 0, stdout: '50\n' });
  });

  it.each([
    ['of exit ends the process', "'exit', () => process.exit(9)", 'process.exit()', 9],
    ['of exit throws', "'exit', () => { throw new Error('no'); }", 'process.exit()', 1],
    [
      'of uncaughtException throws',
      "'uncaughtException', () => { throw new Error('no'); }",
      "throw new Error('first')",
      7,
    ],
  ])('delivers nothing if an earlier listener %s', async (_what, listener, end, code) => {
    const agent = await openScriptedAgent();
    const script = startScript(
      `process.on(${listener});
       flushOnExit(target, { blockOnExit: true, timeoutMillis: 10_000 }); endSpans(); ${end};`,
      { agentUrl: agent.url },
    );

    expect(await script.end).toMatchObject({ code });
    expect(agent.spans).toEqual([]);
  });

  it('says how often it tried what an attempt before had failed with', async () => {
    const headers = ['Retry-After: 5'];
    const read = { headers, body: '{"rate_by_service":{"read":1}}' };
    const server = await openFaultServer({ scripts: [answer(503, read)] });
    const script = startScript(
      `printWarnings(); flushOnExit(target, { blockOnExit: true, timeoutMillis: 10_000 }); endSpans();
       provider.forceFlush().catch(() => undefined);
       setInterval(() => { if (exporter.sampleRates.read === 1) process.exit(0); }, 1);`,
      { agentUrl: server.url },
    );

    const { stdout } = await script.end;

    expect(server.requests).toBe(2);
    expect(stdout).toContain('2 attempts: the Agent refused the payload (status 503)');
  });

  it.each([
    ['a port where nobody listens', refusedUrl, 'connect', 'ECONNREFUSED'],
    [
      'a host that does not exist',
      () => 'http://no-such-host.invalid',
      'connect',
      /ENOTFOUND|EAI_AGAIN/,
    ],
    ['a peer that hangs up', hangingUpUrl, 'socket', 'ECONNRESET, at the end of the process'],
    [
      'a peer whose certificate nobody trusts',
      untrustedUrl,
      'connect',
      'DEPTH_ZERO_SELF_SIGNED_CERT',
    ],
    ['a peer that speaks another protocol', babblingUrl, 'protocol', 'HPE_INVALID_'],
    ['a peer that changes it', changingUrl, 'socket', 'no answer, at the end of the process'],
  ])('says why it could not deliver to %s', async (_whom, url, kind, reason) => {
    const script = startScript(
      `printWarnings(); flushOnExit(target, { blockOnExit: true, timeoutMillis: 10_000 }); endSpans();
       process.on('exit', () => console.log(JSON.stringify(exporter.stats().droppedByReason)));
       process.exit(0);`,
      { agentUrl: await url() },
    );

    const { stdout } = await script.end;

    expect(stdout).toMatch(reason);
    expect(stdout).toContain(JSON.stringify({ [kind]: 50 }));
  });
});

async function hangingUpUrl(): Promise<string> {
  const server = await openFaultServer({ scripts: [[readAll, hangUp]] });
  return server.url;
}

async function babblingUrl(): Promise<string> {
  const server = await openFaultServer({ scripts: [[readAll, send('SMTP 220 hello\r\n\r\n')]] });
  return server.url;
}

async function changingUrl(): Promise<string> {
  const change = send('HTTP/1.1 101 X\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n');
  const server = await openFaultServer({ scripts: [[readAll, change, stall]] });
  return server.url;
}

async function untrustedUrl(): Promise<string> {
  const { port } = await openAnsweringServer(tlsServer(), '127.0.0.1');
  return `https://127.0.0.1:${port}`;
}
