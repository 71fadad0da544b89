import { expect, it } from 'vitest';
import { startScript } from '../exit/script.js';
import { openFaultServer } from '../support/fault-server.js';
import { ACCEPT } from '../support/fault-steps.js';
import { until } from '../support/until.js';

/** Exports a span with a new exporter, in a function of its own, so that nothing keeps it. */
const EXPORT = `
  const traceId = '72df520af2bde7a5240031ead750e5f3';
  const span = {
    name: 'n', kind: 0, startTime: [1700000000, 0], endTime: [1700000001, 0], attributes: {},
    resource: { attributes: {} }, spanContext: () => ({ traceId, spanId: '24003fafe5640a1c' }),
  };
  const exported = (one) => new Promise((resolve) => one.export([span], resolve));
`;

it('exporters that are dropped without a shutdown leave no socket and no hook', async () => {
  const server = await openFaultServer({ scripts: [ACCEPT] });
  const script = startScript(
    `${EXPORT}
     import { setFlagsFromString } from 'node:v8';
     setFlagsFromString('--expose-gc');
     const collect = process.getBuiltinModule('node:vm').runInNewContext('gc');
     let added = 0, removed = 0;
     // The registry is shared by all copies of the package: whose hooks come and go is seen here.
     const registry = Reflect.get(globalThis, Symbol.for('opentelemetry-exporter-datadog-agent.fork.v1'));
     const add = registry.add.bind(registry);
     registry.add = (entry) => { added++; const remove = add(entry); return () => { removed++; remove(); }; };
     const refs = [];
     const make = async () => {
       const one = new DatadogSpanExporter();
       refs.push(new WeakRef(one));
       await exported(one);
     };
     for (let count = 0; count < 20; count++) await make();
     console.log('made');
     const server = serve();
     process.stdin.resume().once('data', () => clearInterval(server));
     const timer = setInterval(() => {
       collect();
       const left = refs.filter((ref) => ref.deref() !== undefined).length;
       if (left > 0 || removed < added) return;
       clearInterval(timer);
       console.log('collected', added);
     }, 10);`,
    { agentUrl: server.url, hasInput: true },
  );
  await script.says('made');
  await script.says('collected 20');

  await until('all sockets closed', () => server.open === 0);
  script.child.stdin?.end('done');

  expect(await script.end).toMatchObject({ code: 0, stderr: '' });
  expect(server.requests).toBe(20);
});
