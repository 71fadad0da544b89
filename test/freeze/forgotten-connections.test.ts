import { expect, it } from 'vitest';
import { openFaultServer } from '../support/fault-server.js';
import { ACCEPT, readAll, reply, stall } from '../support/fault-steps.js';
import { exportAndFreeze, inOrder, PLACES, spanIdsOf, timePasses } from './freezing.js';

/** As long as an idle connection is kept. */
const LONG_FREEZE_MILLIS = 4_000;

it('a connection that the Agent forgot without a word is not used after a freeze of 4 s', async () => {
  const forgetful = PLACES.map(() => [readAll, reply(200), stall]);
  const server = await openFaultServer({ scripts: [...forgetful, ACCEPT] });
  const frozen = await Promise.all(PLACES.map((place) => exportAndFreeze(server.url, place)));

  await timePasses(LONG_FREEZE_MILLIS);
  const first = frozen.map(({ thaw }) => thaw());

  const outcomes = await Promise.all(first.map(({ outcome }) => outcome));
  expect(outcomes).toEqual(PLACES.map(() => 'success'));
  const sent = [...frozen.map(({ before }) => before), ...first];
  expect(inOrder(spanIdsOf(server))).toEqual(inOrder(sent.map(({ spanId }) => spanId)));
  expect(server.accepted).toBe(2 * PLACES.length);
});
