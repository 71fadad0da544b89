import { expect, it } from 'vitest';
import { DIST, PLAIN_SPAN } from '../support/built-modules.js';
import { HELD } from '../support/left-of.js';
import { openScriptedAgent } from '../support/scripted-agent.js';
import { runScript } from './released-script.js';

/** Each processor holds buffers of 160 kB; the last is dropped before its time has come. */
const SCRIPT = `
  ${HELD}
  import { DatadogBatchSpanProcessor, DatadogSpanExporter } from '${DIST}';
  import { plainSpan } from '${PLAIN_SPAN}';
  const exporter = new DatadogSpanExporter();
  const span = plainSpan('24003fafe5640a1c');
  const use = async () => {
    const processor = new DatadogBatchSpanProcessor({ exporter });
    processor.onEnd(span);
    await processor.forceFlush();
  };
  await use();
  const before = await heldBytes();
  for (let count = 0; count < 100; count++) await use();
  const megabytes = await heldMegabytes(before, 5);
  (() => new DatadogBatchSpanProcessor({ exporter, scheduledDelayMillis: 50 }).onEnd(span))();
  globalThis.gc();
  const server = setInterval(() => {
    if (exporter.stats().exported < 102) return;
    console.log(megabytes < 5 || megabytes);
    clearInterval(server);
  }, 1);
`;

it('processors that are dropped without a shutdown leave nothing behind but their spans', async () => {
  const agent = await openScriptedAgent();

  const run = await runScript(SCRIPT, { DD_TRACE_AGENT_URL: agent.url });

  expect(run).toEqual({ ended: 0, stdout: 'true\n', stderr: '' });
  expect(agent.spans).toHaveLength(102);
});
