import { expect, it } from 'vitest';
import { Diagnostics } from '../../src/diagnostics.js';
import { ExporterDrain } from '../../src/flush/exporter-drain.js';
import type { DrainableExporter } from '../../src/index.js';
import { ManualClock } from '../support/manual-clock.js';

function drainOf(limits: Partial<DrainableExporter>): ExporterDrain {
  const exporter = { export: () => undefined, shutdown: () => Promise.resolve(), ...limits };
  return new ExporterDrain(exporter, new Diagnostics(new ManualClock()));
}

it.each([
  ['names none', {}, 10_000, 1_000],
  ['names what is none', { flushTimeoutMillis: NaN, graceMillis: NaN }, 10_000, 1_000],
  ['names its own', { flushTimeoutMillis: 5, graceMillis: 7 }, 5, 7],
])('an exporter that %s has its limits', (_what, limits, flushTimeoutMillis, graceMillis) => {
  expect(drainOf(limits)).toMatchObject({ flushTimeoutMillis, graceMillis });
});
