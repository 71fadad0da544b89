import { expect, it } from 'vitest';
import { startScript } from '../exit/script.js';
import { openFaultServer } from '../support/fault-server.js';
import { ACCEPT } from '../support/fault-steps.js';
import { until } from '../support/until.js';

const CYCLES = 10_000;
/** 4 s where nothing else runs. */
const DEADLINE_MILLIS = 110_000;

it(
  'J3: 10 000 exporters that come, export and go, 50 at a time, leave no hook, listener, socket or warning',
  async () => {
    const server = await openFaultServer({ scripts: [ACCEPT] });
    const script = startScript(
      `const span = {
         name: 'n', kind: 0, startTime: [1700000000, 0], endTime: [1700000001, 0], attributes: {},
         resource: { attributes: {} },
         spanContext: () => ({ traceId: '72df520af2bde7a5240031ead750e5f3', spanId: '24003fafe5640a1c' }),
       };
       const exported = (one) => new Promise((resolve) => one.export([span], resolve));
       process.on('warning', ({ message }) => console.log(message));
       const listeners = () => process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0);
       // The registry is shared by all copies of the package: whose hooks come and go is seen here.
       const registry = Reflect.get(globalThis, Symbol.for('opentelemetry-exporter-datadog-agent.fork.v1'));
       const add = registry.add.bind(registry);
       const hooks = new Set();
       let added = 0;
       registry.add = (entry) => {
         const remove = add(entry);
         hooks.add(entry);
         added++;
         return () => { remove(); hooks.delete(entry); };
       };
       const before = listeners();
       let succeeded = 0;
       for (let count = 0; count < ${CYCLES}; count += 50) {
         const fifty = Array.from({ length: 50 }, () => new DatadogSpanExporter());
         const results = await Promise.all(fifty.map(exported));
         succeeded += results.filter(({ code }) => code === 0).length;
         await Promise.all(fifty.map((one) => one.shutdown()));
       }
       const handles = () => process.getActiveResourcesInfo().filter((name) => /TCP|Timeout/.test(name)).length;
       while (handles() > 0) await new Promise(setImmediate); // closing a socket takes a turn
       console.log(succeeded, added, hooks.size, listeners() - before);
       // Kept weakly, and forgotten in passing once they are gone.
       const { all } = Reflect.get(globalThis, Symbol.for('opentelemetry-exporter-datadog-agent.exit-deliverers.v4'));
       gc();
       for (let count = 0; count < 100; count++) new DatadogSpanExporter();
       console.log(all.size < 1_000);`,
      { agentUrl: server.url, deadlineMillis: DEADLINE_MILLIS, nodeOptions: ['--expose-gc'] },
    );

    expect(await script.end).toMatchObject({
      code: 0,
      stdout: `${CYCLES} ${CYCLES} 0 0\ntrue\n`,
      stderr: '',
    });
    await until('all sockets closed', () => server.open === 0);
    expect(server.requests).toBe(CYCLES);
  },
  DEADLINE_MILLIS + 5_000,
);
