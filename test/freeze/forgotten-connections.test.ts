import { expect, it } from 'vitest';
import { type FaultServer, openFaultServer } from '../support/fault-server.js';
import { ACCEPT, readAll, reply, stall } from '../support/fault-steps.js';
import { until } from '../support/until.js';
import { type Exported, type ExportingProcess, openExportingProcess } from './exporting-process.js';
import { exportAfterFreeze, type Place, PLACES, spanIdsOf } from './freezing.js';

/** As long as an idle connection is kept. */
const LONG_FREEZE_MILLIS = 4_000;

interface Prepared {
  readonly place: Place;
  readonly server: FaultServer;
  readonly exporting: ExportingProcess;
  readonly before: Exported;
}

it('a connection that the Agent forgot without a word is not used after a freeze of 4 s', async () => {
  const prepared = await Promise.all(PLACES.map((place) => prepare(place)));
  const end = performance.now() + LONG_FREEZE_MILLIS;
  const isOver = until('the end of the freeze', () => performance.now() > end);

  const arrivals = prepared.map(async ({ place, server, exporting, before }) => {
    const first = await exportAfterFreeze(exporting, place, () => isOver);
    expect(await first.outcome).toBe('success');
    expect(spanIdsOf(server)).toEqual([before.spanId, first.spanId]);
    expect(server.accepted).toBe(2);
  });

  await Promise.all(arrivals);
});

/** After the first reply, nothing is ever answered on that connection. */
async function prepare(place: Place): Promise<Prepared> {
  const server = await openFaultServer({ scripts: [[readAll, reply(200), stall], ACCEPT] });
  const exporting = await openExportingProcess({ url: server.url, maxRetries: 0 });
  const before = exporting.export();
  expect(await before.outcome).toBe('success');
  return { place, server, exporting, before };
}
