import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { describe, expect, it, onTestFinished } from 'vitest';
import { afterForkInChild } from '../../src/fork.js';
import { openGate } from '../support/gate.js';
import { openExporter } from '../support/exporters.js';
import { exportSpans } from '../support/exports.js';
import { openFaultServer } from '../support/fault-server.js';
import { ACCEPT, readAll, reply } from '../support/fault-steps.js';
import { makeSpan, makeSpans } from '../support/spans.js';
import { until } from '../support/until.js';

const OVER = ['tcp', 'unix'] as const;

/** Duplicates the heap right after undici has said this for the first time from now on. */
function duplicateAfter(channel: string): Promise<void> {
  return new Promise((resolve) => {
    const duplicate = (): void => {
      unsubscribe(channel, duplicate);
      queueMicrotask(() => resolve(afterForkInChild()));
    };
    subscribe(channel, duplicate);
    onTestFinished(() => void unsubscribe(channel, duplicate));
  });
}

describe.each(OVER)('a request over %s that is not written when the heap is duplicated', (over) => {
  it('is not sent once its connection is open', async () => {
    const server = await openFaultServer({ over, scripts: [ACCEPT] });
    const exporter = openExporter({ url: server.url });
    const duplicated = duplicateAfter('undici:client:beforeConnect');

    const inherited = exportSpans(exporter, makeSpans(2, { name: 'inherited' }));
    await duplicated;

    expect(await inherited).toEqual({ code: 0 });
    await exportSpans(exporter, [makeSpan({ name: 'own' })]);
    await until('the sockets', () => server.open === 1);
    expect(server.spans.map(({ resource }) => resource)).toEqual(['own']);
    expect(exporter.stats()).toMatchObject({ received: 1, exported: 1, inherited: 2 });
  });

  it('is not sent over a kept connection that undici is still looking at', async () => {
    const server = await openFaultServer({ over, scripts: [ACCEPT] });
    const exporter = openExporter({ url: server.url });
    await exportSpans(exporter, [makeSpan({ name: 'before' })]);
    const duplicated = duplicateAfter('undici:request:create');

    const inherited = exportSpans(exporter, makeSpans(2, { name: 'inherited' }));
    await duplicated;

    expect(await inherited).toEqual({ code: 0 });
    await exportSpans(exporter, [makeSpan({ name: 'own' })]);
    expect(server.spans.map(({ resource }) => resource)).toEqual(['before', 'own']);
  });

  it('is cut off where it has come to, though its peer goes on to read', async () => {
    const gate = openGate();
    const scripts = [[gate.pass, readAll, reply(200)], ACCEPT];
    const server = await openFaultServer({ over, scripts });
    const exporter = openExporter({ url: server.url, maxPayloadBytes: 24 * 1024 * 1024 });
    const attributes = { text: 'x'.repeat(20_000) };
    const inherited = exportSpans(exporter, makeSpans(1_000, { attributes }));
    await until('the request', () => server.requests === 1);

    afterForkInChild();
    gate.open();

    expect(await inherited).toEqual({ code: 0 });
    await until('what was written was read', () => server.open === 0);
    await exportSpans(exporter, [makeSpan({ name: 'own' })]);
    expect(server.spans.map(({ resource }) => resource)).toEqual(['own']);
    expect(exporter.stats()).toMatchObject({ received: 1, exported: 1, inherited: 1_000 });
  });
});
