import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runNode } from '../support/child-process.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const DIST = (entry: string): string => new URL(`../../dist/${entry}`, import.meta.url).href;

/** In a process of its own, because the first spans of one take ten times as long as later ones. */
const SCRIPT = `
  import { DatadogSpanExporter } from '${DIST('index.js')}';
  import { startDevAgent } from '${DIST('dev-agent.js')}';
  const agent = await startDevAgent();
  const exporter = new DatadogSpanExporter({ url: agent.url });
  const hex = (number, digits) => (number + 1).toString(16).padStart(digits, '0');
  const resource = { attributes: { 'service.name': 'cold' } };
  const spans = Array.from({ length: 4096 }, (_, index) => ({
    name: 'GET /users/:id', kind: 1, startTime: [1700000000, 0], endTime: [1700000001, 0], resource,
    attributes: { 'http.request.method': 'GET', 'http.route': '/users/:id', 'url.path': '/users/' + index,
      'http.response.status_code': 200, 'server.address': 'localhost', 'server.port': 80, when: 'before' },
    spanContext: () => ({ traceId: hex(index % 1024, 32), spanId: hex(index, 16), traceFlags: 1 }),
  }));
  const result = new Promise((resolve) => exporter.export(spans, resolve));
  const { buffered } = exporter.stats();
  for (const span of spans) span.attributes.when = 'after';
  const { code } = await result;
  const whens = new Set(agent.spans.map(({ meta }) => meta.when));
  const chunks = agent.requests.flatMap(({ chunks }) => chunks);
  console.log(JSON.stringify({ isMostPutOff: buffered > 2048 || buffered, code, spans: agent.spans.length,
    whens: [...whens], chunks: chunks.length, violations: agent.violations.length }));
  await exporter.shutdown();
  await agent.close();
`;

it('J6: an export of 4 096 spans puts most of them off in a process that has encoded nothing yet', async () => {
  const file = join(temporaryDirectory(), 'cold.mjs');
  writeFileSync(file, SCRIPT);

  const run = await runNode([file]);

  expect(run).toMatchObject({ ended: 0, stderr: '' });
  const report: unknown = JSON.parse(run.stdout);
  // All at once took 60 to 90 ms. How long it takes now is no matter for a test on a busy machine.
  expect(report).toMatchObject({
    isMostPutOff: true,
    code: 0,
    spans: 4_096,
    whens: ['before'],
    chunks: 1_024,
    violations: 0,
  });
});
