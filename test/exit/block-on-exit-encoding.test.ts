import { expect, it } from 'vitest';
import { openFaultServer } from '../support/fault-server.js';
import { readHead, stall } from '../support/fault-steps.js';
import { openScriptedAgent } from '../support/scripted-agent.js';
import { startScript } from './script.js';

it('a process that exits with more spans than there is time to encode drops those, in time', async () => {
  const server = await openFaultServer({ scripts: [[readHead, stall]] });
  const script = startScript(
    `printWarnings();
     flushOnExit(exporter, { blockOnExit: true, timeoutMillis: 200 });
     const span = provider.getTracer('own').startSpan('one');
     span.end();
     exporter.export(Array.from({ length: 1_000_000 }, () => span), () => undefined);
     process.prependListener('exit', () => console.log(performance.now()));
     process.on('exit', () => console.log(performance.now()));
     process.exit();`,
    { agentUrl: server.url },
  );

  const { stdout } = await script.end;

  const [before = NaN, warning, after = NaN] = stdout.trim().split('\n');
  expect(Number(after) - Number(before)).toBeLessThan(1_200);
  // Whether the Agent was asked for anything in time, the speed of the machine decides.
  expect(warning).toMatch(
    /(?:no time to send the spans|did not answer in time): .+; 1000000 spans lost$/,
  );
});

it('a process that exits without any time for spans says so of those that it did not encode', async () => {
  const agent = await openScriptedAgent();
  const script = startScript(
    `printWarnings();
     flushOnExit(exporter, { blockOnExit: true, timeoutMillis: 0 });
     const span = provider.getTracer('own').startSpan('one');
     span.end();
     exporter.export(Array.from({ length: 5_000 }, () => span), () => undefined);
     process.exit();`,
    { agentUrl: agent.url },
  );

  const { stdout } = await script.end;

  expect(stdout.trim()).toMatch(
    /not sent: there was no time to send the spans: the process ended before they were encoded; 5000 spans lost$/,
  );
});
