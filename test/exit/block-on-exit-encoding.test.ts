import { expect, it } from 'vitest';
import { openFaultServer } from '../support/fault-server.js';
import { readHead, stall } from '../support/fault-steps.js';
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
  expect(warning).toMatch(
    /no time to send the spans: the process ended before they were encoded; 1000000 spans lost$/,
  );
});
