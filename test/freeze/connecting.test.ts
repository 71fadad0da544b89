import { expect, it } from 'vitest';
import { runProgram } from '../faults/child-program.js';
import { openFaultServer } from '../support/fault-server.js';
import { ACCEPT } from '../support/fault-steps.js';

it('a request that was begun after a freeze has the time of an attempt, and is not repeated', async () => {
  const server = await openFaultServer({ scripts: [ACCEPT] });

  const { stdout } = await runProgram(
    `import { subscribe } from 'node:diagnostics_channel';
     const exporter = openExporter({ attemptTimeoutMillis: 1_500, connectTimeoutMillis: 1_500 });
     const standStill = () => {
       const end = performance.now() + 1_700;
       while (performance.now() < end);
     };
     subscribe('undici:client:beforeConnect', () => process.nextTick(standStill));
     console.log(await outcomeOf(exporter));`,
    { agentUrl: server.url },
  );

  expect(stdout).toBe('success\n');
  expect(server.requests).toBe(1);
});
