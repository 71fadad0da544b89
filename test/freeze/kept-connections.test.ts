import { describe, expect, it } from 'vitest';
import { fin, hangUp } from '../support/fault-steps.js';
import type { Listening } from '../support/scripted-agent.js';
import { until } from '../support/until.js';
import { openExportingProcess } from './exporting-process.js';
import { exportAfterFreeze, PLACES } from './freezing.js';
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

describe.each(['tcp', 'unix'] as const)('the first export after a freeze over %s', (over) => {
  describe.each(drops)('where the Agent $what', ({ open }) => {
    it.each(PLACES)('needs no retry, stopped at %s', async (place) => {
      const peer = await open(over);
      const exporting = await openExportingProcess({ url: peer.url, maxRetries: 0 });
      const before = exporting.export();
      expect(await before.outcome).toBe('success');

      const first = await exportAfterFreeze(exporting, place, () => peer.dropConnections());

      expect(await first.outcome).toBe('success');
      const second = exporting.export();
      expect(await second.outcome).toBe('success');
      const expected = [before, first, second].map(({ spanId }) => spanId);
      await until('all spans', () => peer.spanIds().length >= expected.length);
      expect(peer.spanIds()).toEqual(expected);
    });
  });
});
