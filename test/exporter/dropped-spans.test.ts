import { expect, it } from 'vitest';
import { Diagnostics } from '../../src/diagnostics.js';
import { noteDropped } from '../../src/exporter/dropped-spans.js';
import { Ledger } from '../../src/ledger.js';
import { captureDiag } from '../support/diag-log.js';
import { ManualClock } from '../support/manual-clock.js';

const lines = captureDiag();

it('sums up spans apart from the lines about exports of the same kind', () => {
  const clock = new ManualClock();
  const diagnostics = new Diagnostics(clock);
  const account = { ledger: new Ledger(undefined), diagnostics };
  for (let round = 0; round < 3; round++) diagnostics.warn('too_large', 'Export failed');
  for (let round = 0; round < 3; round++) noteDropped({ too_large: 2 }, account);
  clock.advance(60_000);
  diagnostics.warn('too_large', 'Export failed');
  noteDropped({ too_large: 1 }, account);

  const why = 'each because it is larger than `maxPayloadBytes` or `maxPendingBytes`';
  expect(lines).toEqual([
    'Export failed',
    `2 spans dropped, ${why}`,
    `4 spans dropped, ${why}`,
    'Export failed (2 more were not logged)',
  ]);
});
