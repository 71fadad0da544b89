import { expect, it } from 'vitest';
import { seededRandom } from '../support/seeded-random.js';
import { answeredInTime, type Scenario } from './timed-agent.js';

function every(millis: number, untilMillis: number): readonly number[] {
  return Array.from({ length: Math.ceil(untilMillis / millis) }, (_, index) => index * millis);
}

/** `count` exports at once, again and again. */
function bursts(count: number, millis: number, rounds: number): readonly number[] {
  return every(millis, millis * rounds).flatMap((at) => Array.from({ length: count }, () => at));
}

/** By up to 90 % more or less than 167 ms. */
function varying(): () => number {
  const random = seededRandom(1);
  return () => 167 * (0.1 + 1.8 * random.fraction());
}

/** Answers nothing for a while, and takes 100 ms otherwise. */
function pausing(from: number, until: number): (nowMillis: number) => number {
  return (now) => (now > from && now < until ? until - now : 100);
}

/** Takes so long for one request after the other, and as long as for the last for all that follow. */
function inTurn(...millis: readonly number[]): () => number {
  let requests = 0;
  return () => millis[Math.min(requests++, millis.length - 1)] ?? 0;
}

it.each<[string, number, () => Scenario]>([
  // 84 in the order of their arrival, 166 if only the last answer counts.
  [
    'three times what an Agent can do that works on one at a time',
    190,
    () => ({ startsMillis: every(50, 22_000), workMillis: varying(), isSerial: true }),
  ],
  // 7 in the order of their arrival, 28 if what would be late is sent beside others.
  [
    'bursts of twice what it can do in between',
    33,
    () => ({ startsMillis: bursts(10, 8_000, 6), workMillis: () => 1_400, isSerial: true }),
  ],
  // 371 if the last forty answers count, 217 if the latest goes first.
  [
    'a load that it can just take, with a pause on top',
    380,
    () => ({
      startsMillis: [...bursts(110, 1, 1), ...every(52, 14_000)],
      workMillis: pausing(3_600, 6_500),
    }),
  ],
  [
    'the same with little time and no backlog',
    154,
    () => ({
      startsMillis: every(52, 8_000),
      workMillis: pausing(2_500, 4_700),
      timeoutMillis: 3_000,
    }),
  ],
  [
    'exports that two slow answers have held up',
    400,
    () => ({
      startsMillis: bursts(400, 1, 1),
      workMillis: inTurn(1_900, 1_900, 5),
      timeoutMillis: 3_000,
    }),
  ],
  // 1 if what would be late waits for all answers.
  [
    'all but the one whose request hangs',
    21,
    () => ({
      startsMillis: bursts(22, 1, 1),
      workMillis: inTurn(Infinity, 1_600, 10),
      timeoutMillis: 3_000,
    }),
  ],
])('an Agent answers in time, of %s, %i or more', async (_what, least, scenario) => {
  expect(await answeredInTime(scenario())).toBeGreaterThanOrEqual(least);
});
