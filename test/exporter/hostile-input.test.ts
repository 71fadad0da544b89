import { diag } from '@opentelemetry/api';
import { describe, expect, it } from 'vitest';
import type { ReadableSpan, Resource } from '../../src/index.js';
import { captureDiag } from '../support/diag-log.js';
import { openExporter } from '../support/exporters.js';
import { exportSpans } from '../support/exports.js';
import { openScriptedAgent } from '../support/scripted-agent.js';
import { makeSpan, makeSpans } from '../support/spans.js';

captureDiag();

/** Believes what a JavaScript caller would pass. */
function isBatch(_spans: unknown): _spans is readonly ReadableSpan[] {
  return true;
}

describe('export never throws', () => {
  it('for spans whose getters do', async () => {
    const agent = await openScriptedAgent();
    const exporter = openExporter({ url: agent.url });
    const hostile = Object.defineProperty(makeSpan(), 'resource', {
      get: () => {
        throw new Error('hostile');
      },
    });

    expect(await exportSpans(exporter, [makeSpan(), hostile])).toEqual({ code: 0 });
    expect(exporter.stats()).toMatchObject({ exported: 1, droppedByReason: { encode: 1 } });
  });

  it('for an array of another kind, nor loses its spans', async () => {
    const agent = await openScriptedAgent();
    const exporter = openExporter({ url: agent.url });
    const [first, second] = [makeSpans(1), makeSpans(1)];
    Object.assign(first, { slice: () => undefined });
    Object.assign(second, { constructor: { [Symbol.species]: Object } });

    expect(await exportSpans(exporter, first)).toEqual({ code: 0 });
    expect(await exportSpans(exporter, second)).toEqual({ code: 0 });

    expect(exporter.stats()).toMatchObject({ received: 2, exported: 2 });
  });

  it('for twenty batches in a row that cannot be encoded, and sends the next one', async () => {
    const agent = await openScriptedAgent();
    const exporter = openExporter({ url: agent.url });
    const hostile = Object.defineProperty(makeSpan(), 'resource', {
      get: () => {
        throw new Error('hostile');
      },
    });

    for (let batch = 0; batch < 20; batch++) {
      expect(await exportSpans(exporter, [hostile])).toEqual({ code: 0 });
    }

    expect(await exportSpans(exporter, makeSpans(2))).toEqual({ code: 0 });
    expect(agent.requests).toHaveLength(1);
    expect(exporter.stats()).toMatchObject({
      exported: 2,
      droppedByReason: { encode: 20 },
      buffered: 0,
      inFlight: 0,
    });
  });

  it('for a resource that does', async () => {
    const agent = await openScriptedAgent();
    const exporter = openExporter({ url: agent.url });
    const resource: Resource = Object.defineProperty({ attributes: {} }, 'asyncAttributesPending', {
      get: () => {
        throw new Error('hostile');
      },
    });

    const result = await exportSpans(exporter, [makeSpan(), ...makeSpans(3, { resource })]);

    expect(result).toEqual({ code: 0 });
    expect(exporter.stats()).toMatchObject({ exported: 1, droppedByReason: { encode: 3 } });
  });

  it('for no spans at all', async () => {
    const exporter = openExporter({ url: 'http://127.0.0.1:1' });
    const results: unknown[] = [];
    const nothing: unknown = undefined;

    if (isBatch(nothing)) exporter.export(nothing, (result) => results.push(result));
    await exporter.forceFlush();

    expect(results).toEqual([{ code: 0 }]);
  });

  it.each(['resource', 'attributes'] as const)(
    'when a span shuts the exporter down while its %s is read',
    async (member) => {
      const agent = await openScriptedAgent();
      const exporter = openExporter({ url: agent.url });
      const meddling = Object.defineProperty(makeSpan(), member, {
        get: () => {
          void exporter.shutdown({ graceMillis: 0 });
          return {};
        },
      });

      const { error } = await exportSpans(exporter, [meddling, makeSpan()]);

      expect(error).toMatchObject({ kind: 'shutdown', lostSpans: 2 });
      expect(exporter.stats()).toMatchObject({ received: 2, dropped: 2, buffered: 0, inFlight: 0 });
      expect(agent.requests).toEqual([]);
    },
  );

  it('when a span exports others, again and again', async () => {
    const agent = await openScriptedAgent();
    const exporter = openExporter({ url: agent.url });
    const results: Promise<unknown>[] = [];
    let depth = 0;
    const nested = (): ReadableSpan =>
      Object.defineProperty(makeSpan(), 'resource', {
        get: () => {
          if (depth++ < 50) results.push(exportSpans(exporter, [nested()]));
          return { attributes: {} };
        },
      });

    expect(await exportSpans(exporter, [nested()])).toEqual({ code: 0 });
    for (const result of results) expect(await result).toEqual({ code: 0 });

    const { received, exported } = exporter.stats();
    expect([results.length, received, exported]).toEqual([50, 51, 51]);
    expect(agent.spans).toHaveLength(exported);
  });

  it('when a logger shuts the exporter down while it is told of a bad span', async () => {
    const agent = await openScriptedAgent();
    const exporter = openExporter({ url: agent.url });
    const shutDown = (): void => void exporter.shutdown({ graceMillis: 0 });
    const ignore = (): void => undefined;
    const logger = { error: ignore, warn: shutDown, info: ignore, debug: ignore, verbose: ignore };
    diag.setLogger(logger, { suppressOverrideMessage: true });

    const { error } = await exportSpans(exporter, [makeSpan(), makeSpan({ traceId: 'nonsense' })]);

    expect(error).toMatchObject({ kind: 'shutdown', lostSpans: 1 });
    expect(exporter.stats()).toMatchObject({ received: 2, dropped: 2, inFlight: 0 });
    expect(agent.requests).toEqual([]);
  });
});
