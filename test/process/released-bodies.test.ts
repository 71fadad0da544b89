import { expect, it } from 'vitest';
import { DIST } from '../support/built-modules.js';
import { HELD } from '../support/left-of.js';
import { runWhileHanging } from './released-script.js';

/** Says whether more than 20 MB are left of `count` bodies, of which spans have a part: what `partOf` cuts out. */
function exporting(count: number, { partOf, fields }: { partOf: string; fields: string }): string {
  return `
    ${HELD}
    import { DatadogSpanExporter } from '${DIST}';
    const exporter = new DatadogSpanExporter();
    const ids = { traceId: '72df520af2bde7a5240031ead750e5f3', spanId: '24003fafe5640a1c' };
    const partOf = ${partOf};
    const makeSpan = (_, index) => ({
      name: 'n', kind: 2, startTime: [1700000000, 0], endTime: [1700000001, 0], attributes: {},
      resource: { attributes: {} }, spanContext: () => ids, ...(${fields})(partOf(index)),
    });
    exporter.export([makeSpan()], () => undefined);
    const before = await heldBytes();
    exporter.export(Array.from({ length: ${count} }, makeSpan), () => undefined);
    while (exporter.stats().buffered > 0) await new Promise(setImmediate);
    const megabytes = await heldMegabytes(before, 20);
    console.log(exporter.stats().inFlight, megabytes < 20 || megabytes);
    process.exit();
  `;
}

const NAMES = {
  partOf: `(index) => ('part-of-a-body-' + index + ' '.repeat(100_000)).trim()`,
  fields: `(name) => ({
    name, attributes: { 'db.system': name },
    events: [{ name, time: [1700000000, 0], attributes: {} }],
  })`,
};

const QUOTES = {
  partOf: `(index) => (index + ' part-of-a-body'.repeat(20) + ' '.repeat(4_000_000)).trim()`,
  fields: `(quote) => ({ events: [{ name: 'e', time: [1700000000, 0], attributes: { quote } }] })`,
};

it.each([
  ['names', 1_000, NAMES],
  ['quotes in events', 16, QUOTES],
])('bodies are let go of, of which spans have parts as %s', async (_, count, parts) => {
  expect(await runWhileHanging(exporting(count, parts))).toEqual({
    ended: 0,
    stdout: `${count + 1} true\n`,
    stderr: '',
  });
});

it('a span that was far too large leaves no buffer of its size behind', async () => {
  const script = `
    ${HELD}
    import { DatadogBatchSpanProcessor, DatadogSpanExporter } from '${DIST}';
    const exporter = new DatadogSpanExporter();
    const processor = new DatadogBatchSpanProcessor({ exporter });
    const ids = { traceId: '72df520af2bde7a5240031ead750e5f3', spanId: '24003fafe5640a1c', traceFlags: 1 };
    const end = (tags) => processor.onEnd({
      name: 'n', kind: 2, startTime: [1700000000, 0], endTime: [1700000001, 0],
      attributes: Object.fromEntries(Array.from({ length: tags }, (_, tag) => ['tag' + tag, 'x'.repeat(25_000)])),
      resource: { attributes: {} }, spanContext: () => ids,
    });
    const flush = () => processor.forceFlush({ timeoutMillis: 1 }).catch(() => undefined);
    end(1);
    await flush();
    const before = await heldBytes();
    end(2_000);
    await flush();
    end(1);
    await flush();
    const megabytes = await heldMegabytes(before, 20);
    console.log(exporter.stats().droppedByReason.too_large, megabytes < 20 || megabytes);
    process.exit();
  `;

  expect(await runWhileHanging(script)).toEqual({ ended: 0, stdout: '1 true\n', stderr: '' });
});
