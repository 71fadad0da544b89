import { describe, expect, it } from 'vitest';
import { fin, hangUp } from '../support/fault-steps.js';
import type { Listening } from '../support/scripted-agent.js';
import { until } from '../support/until.js';
import { type Exported, type ExportingProcess, openExportingProcess } from './exporting-process.js';
import { openClosingPeer, openRestartingPeer, type Peer } from './peers.js';

interface Drop {
  readonly what: string;
  readonly open: (over: Listening) => Promise<Peer>;
}

const drops: readonly Drop[] = [
  { what: 'was restarted', open: openRestartingPeer },
  { what: 'closed the connection', open: (over) => openClosingPeer(over, hangUp) },
  { what: 'closed its side of it', open: (over) => openClosingPeer(over, fin) },
];

/** Where the process is when it is stopped: at the wait for I/O, or at work in a phase of its loop. */
const places = ['idle', 'poll', 'timers', 'check'] as const;

const rows = drops.flatMap((drop) => places.map((place) => ({ ...drop, place })));

describe.each(['tcp', 'unix'] as const)('the first export after a freeze over %s', (over) => {
  it.each(rows)('needs no retry where the Agent $what: $place', async ({ open, place }) => {
    const peer = await open(over);
    const exporting = await openExportingProcess({ url: peer.url, maxRetries: 0 });
    const before = exporting.export();
    expect(await before.outcome).toBe('success');

    const first = await freezeAt(place, exporting, () => peer.dropConnections());

    expect(await first.outcome).toBe('success');
    const second = exporting.export();
    expect(await second.outcome).toBe('success');
    const expected = [before, first, second].map(({ spanId }) => spanId);
    await until('all spans', () => peer.spanIds().length >= expected.length);
    expect(peer.spanIds()).toEqual(expected);
  });
});

/** The export happens first thing after the thaw. */
async function freezeAt(
  place: (typeof places)[number],
  exporting: ExportingProcess,
  meanwhile: () => Promise<void>,
): Promise<Exported> {
  const working = place === 'idle' ? undefined : await exporting.workAndExport(place);
  await exporting.freeze();
  await meanwhile();
  const exported = working ?? exporting.export();
  exporting.thaw();
  return exported;
}
