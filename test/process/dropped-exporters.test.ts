import { describe, expect, it } from 'vitest';
import { PLAIN_SPAN } from '../support/built-modules.js';
import { startScript } from '../exit/script.js';
import { ENTRY } from '../fork/script.js';
import { openGate } from '../support/gate.js';
import { openFaultServer } from '../support/fault-server.js';
import { ACCEPT, readAll, reply, stall } from '../support/fault-steps.js';
import { until } from '../support/until.js';

/** Exports a span with a new exporter, in a function of its own, so that nothing keeps it. */
const EXPORT = `
  import { plainSpan } from '${PLAIN_SPAN}';
  const span = plainSpan('24003fafe5640a1c');
  const exported = (one) => new Promise((resolve) => one.export([span], resolve));
`;

/** Counts exporters whose hooks come and go, and says when something was collected. */
const WATCH = `
  import { once } from 'node:events';
  import { setFlagsFromString } from 'node:v8';
  setFlagsFromString('--expose-gc');
  const collect = process.getBuiltinModule('node:vm').runInNewContext('gc');
  let added = 0, removed = 0;
  // The registry is shared by all copies of the package: whose hooks come and go is seen here.
  const registry = Reflect.get(globalThis, Symbol.for('opentelemetry-exporter-datadog-agent.fork.v1'));
  const add = registry.add.bind(registry);
  registry.add = (entry) => { added++; const remove = add(entry); return () => { removed++; remove(); }; };
  const refs = [];
  const untilCollected = async (isSo) => {
    do {
      await new Promise((resolve) => setImmediate(resolve));
      collect();
    } while (!isSo());
  };
`;

it('J4: exporters that are dropped without a shutdown leave no socket and no hook', async () => {
  const server = await openFaultServer({ scripts: [ACCEPT] });
  const script = startScript(
    `${EXPORT}
     ${WATCH}
     const make = async () => {
       const one = new DatadogSpanExporter();
       refs.push(new WeakRef(one));
       await exported(one);
     };
     for (let count = 0; count < 20; count++) await make();
     console.log('made');
     const server = serve();
     process.stdin.resume().once('data', () => clearInterval(server));
     await untilCollected(() => refs.every((ref) => ref.deref() === undefined) && removed >= added);
     console.log('collected', added);`,
    { agentUrl: server.url, hasInput: true },
  );
  await script.says('made');
  await script.says('collected 20');

  await until('all sockets closed', () => server.open === 0);
  script.child.stdin?.end('done');

  expect(await script.end).toMatchObject({ code: 0, stderr: '' });
  expect(server.requests).toBe(20);
});

/** Three exports of each of ten exporters: two payloads are sent at once, one waits for a connection. */
const DROP = `
  const codes = [];
  const dropOne = () => {
    const one = new DatadogSpanExporter({ timeoutMillis: 1_500 });
    refs.push(new WeakRef(one));
    for (let count = 0; count < 3; count++) one.export([span], ({ code }) => codes.push(code));
  };
  for (let count = 0; count < 10; count++) dropOne();
`;

describe('exporters that are dropped while they send', () => {
  it('call back once, and leave no socket and no hook', async () => {
    const gate = openGate();
    const server = await openFaultServer({ scripts: [[readAll, gate.pass, reply(200)]] });
    const script = startScript(
      `${EXPORT} ${WATCH} ${DROP.replace('1_500', '60_000')}
       await untilCollected(() => refs.every((ref) => ref.deref() === undefined));
       console.log('dropped', codes.length, added, removed);
       await untilCollected(() => removed >= added);
       console.log(codes.join(''));`,
      { agentUrl: server.url },
    );
    await script.says('dropped 0 10 0');
    await until('the requests', () => server.requests === 20);

    gate.open();

    const stdout = `dropped 0 10 0\n${'0'.repeat(30)}\n`;
    expect(await script.end).toEqual({ code: 0, signal: null, stdout, stderr: '' });
    expect(server.requests).toBe(30);
    await until('all sockets closed', () => server.open === 0);
  });

  it('call back once when the Agent hangs, and hold the process no longer', async () => {
    const server = await openFaultServer({ scripts: [[readAll, stall]] });
    const script = startScript(
      `${EXPORT} ${WATCH} ${DROP}
       await untilCollected(() => removed >= added);
       console.log(codes.join(''));`,
      { agentUrl: server.url },
    );

    const stdout = `${'1'.repeat(30)}\n`;
    expect(await script.end).toEqual({ code: 0, signal: null, stdout, stderr: '' });
  });

  it('leave that to the original when the heap is duplicated meanwhile', async () => {
    const gate = openGate();
    const server = await openFaultServer({ scripts: [[readAll, gate.pass, reply(200)]] });
    const script = startScript(
      `${EXPORT} ${WATCH} ${DROP}
       import { afterForkInChild } from '${ENTRY.mjs}';
       const server = serve();
       await untilCollected(() => refs.every((ref) => ref.deref() === undefined));
       await once(process.stdin, 'data');
       afterForkInChild();
       await untilCollected(() => removed >= added);
       console.log('left', codes.join(''));
       await once(process.stdin, 'end');
       clearInterval(server);`,
      { agentUrl: server.url, hasInput: true },
    );
    await until('the requests', () => server.requests === 20);
    script.child.stdin?.write('duplicate');
    await script.says(`left ${'0'.repeat(30)}\n`);

    gate.open();
    script.child.stdin?.end();

    expect(await script.end).toMatchObject({ code: 0, stderr: '' });
    expect(server.requests).toBe(20);
  });
});
