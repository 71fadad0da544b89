import { expect, it } from 'vitest';
import { openFaultServer } from '../support/fault-server.js';
import { answer, freeze, readHead, reply } from '../support/fault-steps.js';
import { startScript } from './script.js';

it('blockOnExit counts nothing as exported that was accepted before it was written', async () => {
  const scripts = [[readHead, reply(200), freeze]];
  const server = await openFaultServer({ over: 'unix', scripts }); // over TCP the kernel takes megabytes
  const script = startScript(
    `flushOnExit(target, { blockOnExit: true, timeoutMillis: 500 });
     const attributes = { large: 'x'.repeat(20_000) };
     const tracer = provider.getTracer('own');
     for (let index = 0; index < 100; index++) tracer.startSpan('one', { attributes }).end();
     process.on('exit', () => console.log(exporter.stats()));
     process.exit();`,
    { agentUrl: server.url },
  );

  const { stdout } = await script.end;
  expect(stdout).toContain('exported: 0,');
  expect(stdout).toContain('dropped: 100,');
});

it('blockOnExit sends nothing again of which the answer is just being read', async () => {
  const server = await openFaultServer({ scripts: [answer(200, { body: 'OK' })] }); // unusual, so that it is told
  const script = startScript(
    `onAnswer(() => process.exit());
     flushOnExit(target, { blockOnExit: true, timeoutMillis: 10_000 });
     endSpans();
     void provider.forceFlush();`,
    { agentUrl: server.url },
  );

  expect(await script.end).toMatchObject({ code: 0 });
  expect(server.requests).toBe(1);
});
