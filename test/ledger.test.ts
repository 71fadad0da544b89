import { expect, it } from 'vitest';
import { Ledger } from '../src/ledger.js';

it('keeps each span in exactly one column', () => {
  const ledger = new Ledger();

  ledger.receive(10);
  expect(ledger.counts()).toMatchObject({ received: 10, buffered: 10, inFlight: 0 });
  ledger.take(10);
  expect(ledger.counts()).toMatchObject({ buffered: 0, inFlight: 10 });
  ledger.exported(6);
  ledger.dropped('timeout', 3);
  ledger.dropped('encode', 1);

  expect(ledger.counts()).toEqual({
    received: 10,
    exported: 6,
    dropped: 4,
    droppedByReason: { timeout: 3, encode: 1 },
    buffered: 0,
    inFlight: 0,
  });
});

it('names no reason for which nothing was dropped', () => {
  const ledger = new Ledger();
  ledger.dropped('encode', 0);

  expect(ledger.counts().droppedByReason).toEqual({});
});

it('hands out snapshots that later changes do not touch', () => {
  const ledger = new Ledger();
  const before = ledger.counts();

  ledger.receive(1);

  expect(before.received).toBe(0);
  expect(Object.isFrozen(before)).toBe(true);
});
