import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  DatadogExportError,
  type DatadogSpanExporter,
  type ExportResult,
} from '../../src/index.js';
import { budgetOf, outcomeOf } from '../support/budget.js';
import { captureDiag } from '../support/diag-log.js';
import { openExporter } from '../support/exporters.js';
import { exportSpans } from '../support/exports.js';
import { type FaultServer, openFaultServer, type Script } from '../support/fault-server.js';
import { ACCEPT, fin, hangUp, readAll, rst, send } from '../support/fault-steps.js';
import { makeSpans } from '../support/spans.js';
import { type BrokenReply, brokenReply, bytesOf, scriptOf } from './reply-bytes.js';

captureDiag();

const budget = budgetOf(40, 1);
const SPANS = 2;
/** What a peer can bring about. */
const OUTCOMES = ['accepted', 'connect', 'socket', 'timeout', 'protocol', 'rejected', 'too_large'];
/** A machine that is busy with other tests may take so many. */
const MAX_TRIES = 5;
/** A status that means success, wherever it stands. */
const ACCEPTING = / 2\d\d/;

/** No retry: what one answer does is to be seen. */
function openForOne(url: string, attemptTimeoutMillis: number): DatadogSpanExporter {
  return openExporter({ url, maxRetries: 0, attemptTimeoutMillis });
}

/** Plays the script to one export, and checks what holds whatever the peer does. */
async function exportTo(
  server: FaultServer,
  exporter: DatadogSpanExporter,
  script: Script,
): Promise<ExportResult> {
  const before = exporter.stats();
  let results = 0;
  server.play(script);
  const result = await new Promise<ExportResult>((resolve) => {
    exporter.export(makeSpans(SPANS), (one) => {
      results++;
      resolve(one);
    });
  });
  await exporter.forceFlush();
  const { received, exported, dropped, buffered, inFlight } = exporter.stats();
  expect({ results, buffered, inFlight }).toEqual({ results: 1, buffered: 0, inFlight: 0 });
  expect(exported + dropped).toBe(received);
  expect(exported - before.exported).toBe(result.code === 0 ? SPANS : 0);
  return result;
}

async function expectRecovery(server: FaultServer, exporter: DatadogSpanExporter): Promise<void> {
  server.play(ACCEPT);
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const { code } = await exportSpans(exporter, makeSpans(SPANS));
    if (code === 0) return;
  }
  throw new Error('the exporter does not recover');
}

function outcomeIn({ code, error }: ExportResult, bytes: Buffer): string {
  if (code !== 0) return error instanceof DatadogExportError ? error.kind : 'an unknown error';
  return ACCEPTING.test(bytes.toString('latin1')) ? 'accepted' : 'success without a reason';
}

/** What there is no doubt about; `undefined` for an answer that no Agent would give. */
function certainOutcome(reply: BrokenReply): string | undefined {
  const { statusLine, headers, before, damage, share, isPolite, end } = reply;
  const isWhole = damage.length === 0 && share === 1 && before === '' && headers.length === 0;
  const [, status] = /^HTTP\/1\.1 ([2-9]\d\d) /.exec(statusLine) ?? [];
  if (status === undefined || !isWhole || !isPolite || end === 'reset') return undefined;
  if (status.startsWith('2')) return 'accepted';
  return status === '413' ? 'too_large' : 'rejected';
}

async function survive(
  reply: BrokenReply,
  server: FaultServer,
  exporter: DatadogSpanExporter,
): Promise<void> {
  const bytes = bytesOf(reply);
  const certain = certainOutcome(reply);
  let outcome = 'timeout';
  // Where nothing is wrong with the answer, the machine was too busy to read it in time.
  for (let tries = 0; outcome === 'timeout' && tries < MAX_TRIES; tries++) {
    outcome = outcomeIn(await exportTo(server, exporter, scriptOf(reply, bytes)), bytes);
    if (certain === undefined) break;
  }
  expect(certain === undefined ? OUTCOMES : [certain]).toContain(outcome);
  for (const rate of Object.values(exporter.sampleRates)) {
    expect(rate).toBeGreaterThanOrEqual(0);
    expect(rate).toBeLessThanOrEqual(1);
  }
  expect(Reflect.get({}, 'polluted')).toBeUndefined();
  await expectRecovery(server, exporter);
}

it.each(['tcp', 'unix'] as const)(
  `any answer over %s is a result, and the next export goes well, ${budget.extent}`,
  async (over) => {
    const server = await openFaultServer({ over, scripts: [ACCEPT] });
    const exporter = openForOne(server.url, 200);
    const property = fc.asyncProperty(brokenReply, (one) => survive(one, server, exporter));

    expect(await outcomeOf(property, budget)).toBe('holds');
  },
  budget.deadlineMillis,
);

it.each([
  ['closed', fin],
  ['cut', hangUp],
  ['reset', rst],
])('an answer that is %s after each of its bytes counts once its head is there', async (_, end) => {
  const head = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n';
  const server = await openFaultServer({ scripts: [ACCEPT] });
  const codes: number[] = [];

  for (let length = 0; length <= head.length + 1; length++) {
    const exporter = openForOne(server.url, 5_000);
    const part = `${head}{}`.slice(0, length);
    codes.push((await exportTo(server, exporter, [readAll, send(part), end])).code);
  }

  const wholeHead = codes.findIndex((code) => code === 0);
  // A reset may overtake what was sent before it.
  expect(wholeHead === -1 && end === rst ? head.length : wholeHead).toBe(head.length);
});
