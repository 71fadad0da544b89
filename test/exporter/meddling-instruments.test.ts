import { createNoopMeter, type MeterProvider } from '@opentelemetry/api';
import { describe, expect, it } from 'vitest';
import { afterForkInChild } from '../../src/fork.js';
import { captureDiag } from '../support/diag-log.js';
import { openExporter } from '../support/exporters.js';
import { exportSpans } from '../support/exports.js';
import { openFaultServer } from '../support/fault-server.js';
import { ACCEPT, answer, readAll, stall } from '../support/fault-steps.js';
import { makeSpans } from '../support/spans.js';

captureDiag();

type Told = 'dropped' | 'finished' | 'left';

/** Instruments of a user, who is told of each thing once and calls back. */
function instruments(calls: Partial<Record<Told, () => void>>): MeterProvider {
  const told = (what: Told): void => {
    const call = calls[what];
    delete calls[what];
    call?.();
  };
  const meter = createNoopMeter();
  const counter = {
    add: (_spans: number, attributes = {}) => void ('error.type' in attributes && told('dropped')),
  };
  const upDown = { add: (spans: number) => void (spans <= 0 && told('left')) };
  const histogram = { record: () => told('finished') };
  return {
    getMeter: () =>
      Object.assign(meter, {
        createCounter: () => counter,
        createUpDownCounter: () => upDown,
        createHistogram: () => histogram,
      }),
  };
}

describe('an instrument that calls the exporter', () => {
  it('does not make a success of an export by shutting down when spans of it are dropped', async () => {
    const server = await openFaultServer({ scripts: [[readAll, stall]] });
    const calls = { dropped: () => void exporter.shutdown({ graceMillis: 0 }) };
    const exporter = openExporter({
      url: server.url,
      selfObsMeterProvider: instruments(calls),
      maxPendingBytes: 1_024,
      maxPayloadBytes: 1_024,
    });
    const underWay = exportSpans(exporter, makeSpans(1));

    const refused = await exportSpans(exporter, makeSpans(3));

    expect(refused).toMatchObject({ code: 1, error: { kind: 'queue_full', lostSpans: 3 } });
    expect(await underWay).toMatchObject({ code: 1, error: { lostSpans: 1 } });
  });

  it('is told once how long an export took, though it shuts down then', async () => {
    const server = await openFaultServer({ scripts: [answer(400)] });
    let durations = 0;
    const finished = (): void => {
      durations++;
      Object.assign(calls, { finished });
      void exporter.shutdown({ graceMillis: 0 });
    };
    const calls = { finished };
    const exporter = openExporter({
      url: server.url,
      selfObsMeterProvider: instruments(calls),
    });

    await exportSpans(exporter, makeSpans(1));

    expect(durations).toBe(1);
  });

  it('may export while it is told that the heap was duplicated', async () => {
    const server = await openFaultServer({ scripts: [ACCEPT] });
    let result: Promise<unknown> | undefined;
    const calls: Partial<Record<Told, () => void>> = {};
    const exporter = openExporter({
      url: server.url,
      selfObsMeterProvider: instruments(calls),
    });
    await exportSpans(exporter, makeSpans(1));
    calls.left = () => {
      result = exportSpans(exporter, makeSpans(1));
    };

    afterForkInChild();

    expect(await result).toEqual({ code: 0 });
    expect(exporter.stats()).toMatchObject({ received: 1, exported: 1, inherited: 0 });
    expect(server.spans).toHaveLength(2);
  });
});
