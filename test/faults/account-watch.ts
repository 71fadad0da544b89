// Owns the promise that each span stands in exactly one column: an instrument of the user sees every move
// of the ledger, and looks at the account right after it. Knows nothing of why spans move.

import { createNoopMeter, type Meter, type MeterProvider } from '@opentelemetry/api';
import type { DatadogSpanExporter } from '../../src/index.js';

/** A provider for `selfObsMeterProvider` that tells of every move of the account. */
export function tellingProvider(onMove: () => void): MeterProvider {
  const noop = createNoopMeter();
  const told = { add: onMove };
  const meter: Meter = {
    createGauge: (name) => noop.createGauge(name),
    createHistogram: (name) => noop.createHistogram(name),
    createCounter: () => told,
    createUpDownCounter: () => told,
    createObservableGauge: (name) => noop.createObservableGauge(name),
    createObservableCounter: (name) => noop.createObservableCounter(name),
    createObservableUpDownCounter: (name) => noop.createObservableUpDownCounter(name),
    addBatchObservableCallback: () => undefined,
    removeBatchObservableCallback: () => undefined,
  };
  return { getMeter: () => meter };
}

/** What is wrong with the account of an exporter; nothing, as a rule. */
export function imbalanceOf(exporter: DatadogSpanExporter): readonly string[] {
  const stats = exporter.stats();
  const { received, exported, dropped, droppedByReason, buffered, inFlight } = stats;
  const byReason = Object.values(droppedByReason).reduce((sum, spans) => sum + spans, 0);
  const isBalanced = received === exported + dropped + buffered + inFlight;
  const isWhole = byReason === dropped && Math.min(buffered, inFlight, exported, dropped) >= 0;
  return isBalanced && isWhole ? [] : [`out of balance: ${JSON.stringify(stats)}`];
}
