import { expect, it } from 'vitest';
import { withFlush } from '../../src/index.js';
import { type FaultServer, openFaultServer } from '../support/fault-server.js';
import { ACCEPT, answer } from '../support/fault-steps.js';
import { tracedFunction } from './traced-function.js';

/** As an upper limit that no flush in these tests may use up. */
const ENDLESS = { timeoutMillis: 60_000 };

function throttling(retryAfterSeconds: number): Promise<FaultServer> {
  const headers = [`Retry-After: ${retryAfterSeconds}`];
  return openFaultServer({ scripts: [answer(429, { headers }), ACCEPT] });
}

it('an Agent that says when to come back keeps no other target from its flush', async () => {
  const [throttled, ...others] = [
    await throttling(4),
    await openFaultServer({ scripts: [ACCEPT] }),
    await openFaultServer({ scripts: [ACCEPT] }),
  ];
  const functions = [throttled, ...others].map(({ url }) => tracedFunction({ url }));
  const handler = withFlush(
    async () => {
      for (const { span } of functions) span();
    },
    functions.flatMap(({ target }) => target),
    ENDLESS,
  );

  await handler();

  expect(functions.map(({ exporter }) => exporter.stats().exported)).toEqual([0, 1, 1]);
  expect(throttled.requests).toBe(1);
  await functions[0]?.exporter.forceFlush();
  expect(functions[0]?.exporter.stats()).toMatchObject({ exported: 1, inFlight: 0 });
});

it('a time to come back beyond timeoutMillis of the exporter drops the spans at once', async () => {
  const agent = await throttling(20);
  const { exporter, span, target } = tracedFunction({ url: agent.url });

  await withFlush(async () => span(), target, ENDLESS)();

  expect(exporter.stats()).toMatchObject({
    inFlight: 0,
    dropped: 1,
    droppedByReason: { rejected: 1 },
  });
  expect(agent.requests).toBe(1);
});
