import { describe, expect, it } from 'vitest';
import { startScript } from '../exit/script.js';
import { openExporter } from '../support/exporters.js';
import { exportSpans } from '../support/exports.js';
import { openFaultServer } from '../support/fault-server.js';
import { ACCEPT, answer, flood, readAll, send } from '../support/fault-steps.js';
import { makeSpans } from '../support/spans.js';

const VERSION = 'Datadog-Rates-Payload-Version';
const RATES = '{"rate_by_service":{"service:,env:":0.5}}';
const MANY = 200_000;

describe('a version of the rates that makes no sense', () => {
  it.each([
    ['letters beyond Latin-1', '\u2603'],
    ['letters beyond ASCII', 'é'],
    ['a tab', 'a\tb'],
    ['ten thousand letters', 'v'.repeat(10_000)],
  ])('makes no later export fail: %s', async (_what, version) => {
    const headers = [`${VERSION}: ${version}`];
    const peer = await openFaultServer({
      scripts: [answer(200, { headers, body: RATES }), ACCEPT],
    });
    const exporter = openExporter({ url: peer.url });

    expect(await exportSpans(exporter, makeSpans(1))).toEqual({ code: 0 });
    expect(await exportSpans(exporter, makeSpans(1))).toEqual({ code: 0 });
  });
});

describe('the body of a reply', () => {
  it.each([
    ['nested as deep as there is room', '['.repeat(MANY) + ']'.repeat(MANY)],
    [
      'with rates that are nested',
      `{"rate_by_service":${'{"a":'.repeat(MANY)}1${'}'.repeat(MANY)}}`,
    ],
    ['that repeats one key', `{${'"a":1,'.repeat(MANY)}"a":1}`],
    ['with a number without end', `{"rate_by_service":{"a":${'9'.repeat(MANY)}}}`],
  ])('changes nothing: %s', async (_what, body) => {
    const peer = await openFaultServer({ scripts: [answer(200, { body }), ACCEPT] });
    const exporter = openExporter({ url: peer.url });

    expect(await exportSpans(exporter, makeSpans(1))).toEqual({ code: 0 });
    expect(exporter.sampleRates).toEqual({});
  });

  it('fills no more than the rates that an Agent keeps', async () => {
    const services = Array.from({ length: 40_000 }, (_, index) => `"service:${index},env:":0.5`);
    const body = `{"rate_by_service":{${services.join(',')}}}`;
    const peer = await openFaultServer({ scripts: [answer(200, { body }), ACCEPT] });
    const exporter = openExporter({ url: peer.url });

    expect(await exportSpans(exporter, makeSpans(1))).toEqual({ code: 0 });
    expect(Object.keys(exporter.sampleRates)).toHaveLength(5_000);
  });
});

describe('the head of a reply', () => {
  it('may not go on for ever', async () => {
    const endless = [
      readAll,
      send('HTTP/1.1 200 OK\r\n'),
      flood(`X-More: ${'x'.repeat(1_000)}\r\n`),
    ];
    const peer = await openFaultServer({ scripts: [endless, ACCEPT] });
    const exporter = openExporter({ url: peer.url });

    const { error } = await exportSpans(exporter, makeSpans(1));

    expect(error).toMatchObject({ kind: 'protocol', cause: { code: 'UND_ERR_HEADERS_OVERFLOW' } });
    expect(await exportSpans(exporter, makeSpans(1))).toEqual({ code: 0 });
  });

  it.each([
    ['by itself', 'await processor.forceFlush().catch(() => undefined);'],
    ['when the process exits', 'flushOnExit(processor, { blockOnExit: true }); process.exit(0);'],
  ])('may be no longer where Node itself would read more: %s', async (_what, end) => {
    const headers = Array.from({ length: 30 }, () => `X-More: ${'x'.repeat(1_000)}`);
    const peer = await openFaultServer({ scripts: [answer(200, { headers }), ACCEPT] });
    const script = startScript(
      `printWarnings();
       const processor = new DatadogBatchSpanProcessor({ exporter });
       new NodeTracerProvider({ spanProcessors: [processor] }).getTracer('t').startSpan('s').end();
       ${end}`,
      { agentUrl: peer.url, nodeOptions: ['--max-http-header-size=65536'] },
    );

    const { stdout } = await script.end;

    expect(stdout).toMatch(/: the headers of the answer are too large: .+; 1 span lost\n$/);
  });
});
