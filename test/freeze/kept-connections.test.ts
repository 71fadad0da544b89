import { describe, expect, it } from 'vitest';
import { fin, hangUp, send } from '../support/fault-steps.js';
import type { Listening } from '../support/scripted-agent.js';
import { until } from '../support/until.js';
import { exportAndFreeze, inOrder, PLACES } from './freezing.js';
import { openClosingPeer, openRestartingPeer, type Peer } from './peers.js';

interface Drop {
  readonly what: string;
  readonly open: (over: Listening) => Promise<Peer>;
}

/** What a proxy may say before it closes an idle connection; it answers no request. */
const FAREWELL = send('HTTP/1.1 408 X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');

const drops: readonly Drop[] = [
  { what: 'was restarted', open: openRestartingPeer },
  { what: 'closed the connections', open: (over) => openClosingPeer(over, [hangUp]) },
  { what: 'closed its side of them', open: (over) => openClosingPeer(over, [fin]) },
  { what: 'said so and closed', open: (over) => openClosingPeer(over, [FAREWELL, hangUp]) },
];

describe.each(['tcp', 'unix'] as const)('E3: the first export after a freeze over %s', (over) => {
  it.each(drops)('needs no retry where the Agent $what', async ({ open }) => {
    const peer = await open(over);
    const frozen = await Promise.all(PLACES.map((place) => exportAndFreeze(peer.url, place)));

    await peer.dropConnections();
    const first = frozen.map(({ thaw }) => thaw());

    const outcomes = await Promise.all(first.map(({ outcome }) => outcome));
    expect(outcomes).toEqual(PLACES.map(() => 'success'));
    const second = frozen.map(({ exporting }) => exporting.export());
    await Promise.all(second.map(({ outcome }) => outcome));
    const sent = [...frozen.map(({ before }) => before), ...first, ...second];
    await until('all spans', () => peer.spanIds().length >= sent.length);
    expect(inOrder(peer.spanIds())).toEqual(inOrder(sent.map(({ spanId }) => spanId)));
  });
});
