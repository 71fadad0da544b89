import { expect, it } from 'vitest';
import { captureDiag } from '../support/diag-log.js';
import { openExporter } from '../support/exporters.js';
import { exportSpans } from '../support/exports.js';
import { openFaultServer } from '../support/fault-server.js';
import { answer } from '../support/fault-steps.js';
import { makeSpans } from '../support/spans.js';

const lines = captureDiag('debug');

it('what the Agent says with a refusal is told for debugging, up to 256 characters', async () => {
  const body = `Cannot decode\n${'x'.repeat(1_000)}`;
  const server = await openFaultServer({ scripts: [answer(400, { body })] });
  const exporter = openExporter({ url: server.url });

  await exportSpans(exporter, makeSpans(1));
  await exportSpans(exporter, makeSpans(1));

  const excerpt = `"Cannot decode\\n${'x'.repeat(242)}"`;
  expect(lines).toEqual([`the Agent answered with status 400 and ${excerpt}`]);
});

it('an answer without rates is told once, one with rates is not worth a line', async () => {
  const rates = answer(200, { body: '{"rate_by_service":{}}' });
  const server = await openFaultServer({ scripts: [rates, answer(200, { body: 'OK' })] });
  const exporter = openExporter({ url: server.url });

  for (let count = 0; count < 4; count++) await exportSpans(exporter, makeSpans(1));

  expect(lines).toEqual(['the Agent answered with status 200 and "OK"']);
});
