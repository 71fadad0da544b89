import { expect, it } from 'vitest';
import { HELD } from '../support/left-of.js';
import { DIST, runWhileHanging } from './released-script.js';

/** Says whether more than 20 MB are left of 1 000 bodies of 100 kB, of which spans named a part. */
const PARTS_SCRIPT = `
  ${HELD}
  import { DatadogSpanExporter } from '${DIST}';
  const exporter = new DatadogSpanExporter();
  const ids = { traceId: '72df520af2bde7a5240031ead750e5f3', spanId: '24003fafe5640a1c' };
  const partOfBody = (index) => ('part-of-a-body-' + index + ' '.repeat(100_000)).trim();
  const makeSpan = (_, index) => ({
    name: partOfBody(index), kind: 2, startTime: [1700000000, 0], endTime: [1700000001, 0],
    attributes: { 'db.system': partOfBody(index) },
    events: [{ name: partOfBody(index), time: [1700000000, 0], attributes: {} }],
    resource: { attributes: {} }, spanContext: () => ids,
  });
  exporter.export([makeSpan()], () => undefined);
  const before = await heldBytes();
  exporter.export(Array.from({ length: 1_000 }, makeSpan), () => undefined);
  while (exporter.stats().buffered > 0) await new Promise(setImmediate);
  const megabytes = await heldMegabytes(before, 20);
  console.log(exporter.stats().inFlight, megabytes < 20 || megabytes);
  process.exit();
`;

it('bodies are let go of, of which a span had a part as a name', async () => {
  expect(await runWhileHanging(PARTS_SCRIPT)).toEqual({
    ended: 0,
    stdout: '1001 true\n',
    stderr: '',
  });
});

/** Says whether more than 20 MB are left of 16 bodies of 4 MB, of which events quote a part. */
const QUOTES_SCRIPT = `
  ${HELD}
  import { DatadogSpanExporter } from '${DIST}';
  const exporter = new DatadogSpanExporter();
  const ids = { traceId: '72df520af2bde7a5240031ead750e5f3', spanId: '24003fafe5640a1c' };
  const partOfBody = (index) => (index + ' part-of-a-body'.repeat(20) + ' '.repeat(4_000_000)).trim();
  const makeSpan = (_, index) => ({
    name: 'n', kind: 2, startTime: [1700000000, 0], endTime: [1700000001, 0], attributes: {},
    events: [{ name: 'e', time: [1700000000, 0], attributes: { quote: partOfBody(index) } }],
    resource: { attributes: {} }, spanContext: () => ids,
  });
  exporter.export([makeSpan()], () => undefined);
  const before = await heldBytes();
  exporter.export(Array.from({ length: 16 }, makeSpan), () => undefined);
  while (exporter.stats().buffered > 0) await new Promise(setImmediate);
  const megabytes = await heldMegabytes(before, 20);
  console.log(exporter.stats().inFlight, megabytes < 20 || megabytes);
  process.exit();
`;

it('bodies are let go of, of which an event quotes a part', async () => {
  expect(await runWhileHanging(QUOTES_SCRIPT)).toEqual({
    ended: 0,
    stdout: '17 true\n',
    stderr: '',
  });
});
