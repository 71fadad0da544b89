import { expect, it } from 'vitest';
import { DIST, PLAIN_SPAN } from '../support/built-modules.js';
import { LEFT_OF } from '../support/left-of.js';
import { runScript, runWhileHanging } from './released-script.js';

/** Says how many spans still exist while their bytes wait for an Agent that does not answer. */
const scriptWith = (resource: string): string => `
  ${LEFT_OF}
  import { DatadogSpanExporter } from '${DIST}';
  const resource = ${resource};
  const exporter = new DatadogSpanExporter({ timeoutMillis: 60_000 });
  const makeSpan = () => {
    const ids = { traceId: '72df520af2bde7a5240031ead750e5f3', spanId: '24003fafe5640a1c' };
    return {
      name: 'n', kind: 0, startTime: [1700000000, 0], endTime: [1700000001, 0], attributes: {},
      resource, spanContext: () => ids,
    };
  };
  const refs = [];
  const exportSpans = (count) => {
    const spans = Array.from({ length: count }, makeSpan);
    refs.push(...spans.map((span) => new WeakRef(span)));
    exporter.export(spans, () => {});
  };
  exportSpans(100);
  exportSpans(6_000);
  while (exporter.stats().buffered > 0) await new Promise(setImmediate);
  console.log(await leftOf(refs), exporter.stats().inFlight);
  process.exit();
`;

it.each([
  ['', '{ attributes: {} }'],
  [
    ' after a wait for their resource',
    '{ attributes: {}, asyncAttributesPending: true, waitForAsyncAttributes: async () => undefined }',
  ],
])(
  'spans are let go of when they are encoded%s, however long their bytes have to wait',
  async (_when, resource) => {
    const run = await runWhileHanging(scriptWith(resource));

    expect(run).toEqual({ ended: 0, stdout: '0 6100\n', stderr: '' });
  },
);

/** Says how many errors still exist of exports that failed after a flush had given up on them. */
const FLUSH_SCRIPT = `
  ${LEFT_OF}
  import { ForkSafeSpanProcessor } from '${DIST}';
  const errors = [];
  const failing = {
    export: (spans, callback) => {
      const error = new Error('failed');
      errors.push(new WeakRef(error));
      callback({ code: 1, error });
    },
    shutdown: async () => undefined,
  };
  let handOver;
  const createProcessor = (exporter) => {
    const spans = [];
    handOver = () => { for (const span of spans.splice(0)) exporter.export([span], () => undefined); };
    return {
      onStart: () => undefined,
      onEnd: (span) => void spans.push(span),
      forceFlush: async () => undefined,
      shutdown: async () => undefined,
    };
  };
  const processor = new ForkSafeSpanProcessor({ exporter: failing, createProcessor });
  const context = { traceFlags: 1 };
  const never = new Promise(() => undefined);
  const resource = { asyncAttributesPending: true, waitForAsyncAttributes: () => never };
  for (let i = 0; i < 10; i++) processor.onEnd({ spanContext: () => context, resource });
  const ended = await processor.forceFlush({ timeoutMillis: 10 }).catch(({ kind }) => kind);
  handOver();
  console.log(ended, errors.length, await leftOf(errors));

  const signals = [];
  const giveUp = async () => {
    const { signal } = new AbortController();
    signals.push(new WeakRef(signal));
    await processor.forceFlush({ timeoutMillis: 0, signal }).catch(() => undefined);
  };
  for (let i = 0; i < 100; i++) await giveUp();
  console.log(signals.length, await leftOf(signals));
`;

it('of a flush that has ended nothing is kept, though its resource is still waited for', async () => {
  expect(await runScript(FLUSH_SCRIPT)).toEqual({
    ended: 0,
    stdout: 'timeout 10 0\n100 0\n',
    stderr: '',
  });
});

/** Says whether much still exists of the traces of spans that came to nothing. */
const LOSING_SCRIPT = `
  import { DatadogBatchSpanProcessor, DatadogSpanExporter } from '${DIST}';
  const exporter = new DatadogSpanExporter();
  const processor = new DatadogBatchSpanProcessor({ exporter });
  const resource = { attributes: {} };
  const states = [];
  const endMalformed = (index) => {
    const traceState = { get: () => undefined, serialize: () => '' };
    const traceId = index.toString(16).padStart(32, '1');
    const ids = { traceId, spanId: 'malformed', traceFlags: 1, traceState };
    states.push(new WeakRef(traceState));
    processor.onEnd({
      name: 'n', kind: 0, startTime: [1700000000, 0], endTime: [1700000001, 0], attributes: {},
      resource, spanContext: () => ids,
    });
  };
  for (let index = 0; index < 50_000; index++) endMalformed(index);
  await new Promise(setImmediate);
  globalThis.gc();
  const left = states.filter((ref) => ref.deref() !== undefined).length;
  console.log(left < 10_000, exporter.stats().dropped);
  await exporter.shutdown();
`;

it('the traces of spans that came to nothing are forgotten, though no span of theirs is ever sent', async () => {
  expect(await runScript(LOSING_SCRIPT)).toEqual({ ended: 0, stdout: 'true 50000\n', stderr: '' });
});

/** Says how many errors still exist of exports of a span each, all of which have failed. */
const STREAMING_SCRIPT = `
  import { DatadogBatchSpanProcessor, DatadogSpanExporter } from '${DIST}';
  import { plainSpan } from '${PLAIN_SPAN}';
  const exporter = new DatadogSpanExporter({ url: 'http://127.0.0.1:1', maxRetries: 0 });
  const processor = new DatadogBatchSpanProcessor({ exporter });
  const span = plainSpan('24003fafe5640a1c');
  const causes = [];
  const fail = async () => {
    processor.onEnd(span);
    await processor.forceFlush().catch(({ cause }) => void causes.push(new WeakRef(cause)));
  };
  for (let round = 0; round < 20; round++) await fail();
  for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
  globalThis.gc();
  console.log(causes.length, causes.filter((ref) => ref.deref() !== undefined).length < 5);
`;

it('exports are let go of when they are over, however few bytes each had in the queue', async () => {
  expect(await runScript(STREAMING_SCRIPT)).toEqual({ ended: 0, stdout: '20 true\n', stderr: '' });
});

/** Says how many errors still exist of exports that waited for a resource that is never there. */
const WAITING_SCRIPT = `
  import { DatadogSpanExporter } from '${DIST}';
  import { plainSpan } from '${PLAIN_SPAN}';
  const options = { url: 'http://127.0.0.1:1', maxRetries: 0, timeoutMillis: 1_000 };
  const exporter = new DatadogSpanExporter(options);
  const never = new Promise(() => undefined);
  const waitForAsyncAttributes = async () => { await never; };
  const resource = { attributes: {}, asyncAttributesPending: true, waitForAsyncAttributes };
  const span = plainSpan('24003fafe5640a1c', resource);
  const fail = () => new Promise((resolve) => {
    exporter.export([span], ({ error }) => resolve(new WeakRef(error.cause)));
  });
  const causes = await Promise.all(Array.from({ length: 20 }, fail));
  for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
  globalThis.gc();
  console.log(causes.length, causes.filter((ref) => ref.deref() !== undefined).length < 5);
`;

it('exports are let go of when they are over, though their resource is still waited for', async () => {
  expect(await runScript(WAITING_SCRIPT)).toEqual({ ended: 0, stdout: '20 true\n', stderr: '' });
});

/** Says how many MB 1 500 flushes of as many exports take, each of which covers those before. */
const FLUSHING_SCRIPT = `
  import { DatadogBatchSpanProcessor, DatadogSpanExporter } from '${DIST}';
  import { plainSpan } from '${PLAIN_SPAN}';
  const exporter = new DatadogSpanExporter();
  const processor = new DatadogBatchSpanProcessor({ exporter });
  const span = plainSpan('24003fafe5640a1c');
  const heldBytes = () => {
    globalThis.gc();
    return process.memoryUsage().heapUsed;
  };
  const before = heldBytes();
  for (let round = 0; round < 1_500; round++) {
    processor.onEnd(span);
    processor.forceFlush().catch(() => undefined);
  }
  await new Promise(setImmediate);
  const megabytes = (heldBytes() - before) / 1e6;
  console.log(exporter.stats().inFlight, megabytes < 50 || megabytes);
  process.exit();
`;

it('what a flush takes does not grow with the exports that it waits for', async () => {
  expect(await runWhileHanging(FLUSHING_SCRIPT)).toEqual({
    ended: 0,
    stdout: '1500 true\n',
    stderr: '',
  });
});

/** Says how many MB the errors of 5 000 flushes take that were cut with as many exports. */
const FAILING_SCRIPT = `
  import { DatadogSpanExporter } from '${DIST}';
  import { plainSpan } from '${PLAIN_SPAN}';
  const exporter = new DatadogSpanExporter();
  const span = plainSpan('24003fafe5640a1c');
  globalThis.gc();
  const before = process.memoryUsage().heapUsed;
  const flushes = Array.from({ length: 5_000 }, () => {
    exporter.export([span], () => undefined);
    return exporter.forceFlush();
  });
  const outcomes = Promise.allSettled(flushes);
  await exporter.shutdown({ graceMillis: 0 });
  const errors = (await outcomes).flatMap(({ reason }) => reason ?? []);
  globalThis.gc();
  const megabytes = (process.memoryUsage().heapUsed - before) / 1e6;
  console.log(errors.length, errors.at(-1).lostSpans, megabytes < 60 || megabytes);
  process.exit();
`;

it('what the error of a flush takes does not grow with the exports that failed', async () => {
  expect(await runWhileHanging(FAILING_SCRIPT)).toEqual({
    ended: 0,
    stdout: '5000 5000 true\n',
    stderr: '',
  });
});
