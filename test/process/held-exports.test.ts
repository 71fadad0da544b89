import { expect, it } from 'vitest';
import { DIST } from '../support/built-modules.js';
import { HELD } from '../support/left-of.js';
import { runWhileHanging } from './released-script.js';

const EXPORTS = 3_000;

it('an export of one span that waits for the Agent holds what `maxPendingBytes` is charged with', async () => {
  const script = `
    ${HELD}
    import { subscribe } from 'node:diagnostics_channel';
    import { DatadogSpanExporter } from '${DIST}';
    const exporter = new DatadogSpanExporter({ timeoutMillis: 60_000 });
    let count = 0;
    const exportOne = () => {
      const spanId = String(++count).padStart(16, '0');
      const ids = { traceId: '72df520af2bde7a5240031ead750e5f3', spanId, traceFlags: 1 };
      const times = { startTime: [1700000000, 0], endTime: [1700000001, 0] };
      exporter.export([{ name: 'n', kind: 0, ...times, attributes: {}, spanContext: () => ids }], () => undefined);
    };
    const exportAll = async (exports) => {
      for (let index = 0; index < exports; index++) exportOne();
      while (exporter.stats().buffered > 0) await new Promise(setImmediate);
    };
    const sent = new Promise((resolve) => subscribe('undici:request:bodySent', resolve));
    await exportAll(100);
    await sent; // so that undici has been loaded
    const before = await heldBytes();
    await exportAll(${EXPORTS});
    console.log((await heldMegabytes(before, ${(EXPORTS * 8_000) / 1e6})) * 1e6 / ${EXPORTS});
    process.exit();
  `;

  const { stdout, stderr } = await runWhileHanging(script);

  expect(stderr).toBe('');
  // 7 KiB, and half a KiB for its bytes.
  expect(Number(stdout)).toBeGreaterThan(6_000);
  expect(Number(stdout)).toBeLessThan(8_000);
});
