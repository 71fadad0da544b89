import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { DatadogExportError } from '../../src/errors.js';
import { FlushWaits, type PresentExports } from '../../src/flush/flush-waits.js';
import { startOwnTime } from '../support/own-time.js';

function failure(lostSpans: number): DatadogExportError {
  return new DatadogExportError('failed', { kind: 'connect', lostSpans, attempts: 1 });
}

/** What it came to, or `waiting`. */
async function stateOf({ outcome }: PresentExports): Promise<unknown> {
  return Promise.race([outcome, Promise.resolve('waiting')]);
}

describe('FlushWaits', () => {
  it('ends a wait when the last of its exports is over, and not before', async () => {
    const waits = new FlushWaits();
    const [first, second] = [waits.begin(1), waits.begin(2)];

    waits.settleBefore(0);
    expect([await stateOf(first), await stateOf(second)]).toEqual(['waiting', 'waiting']);
    waits.settleBefore(1);
    expect([await stateOf(first), await stateOf(second)]).toEqual([undefined, 'waiting']);
    waits.settleBefore(2);

    expect(await second.outcome).toBeUndefined();
  });

  it('tells each of the failures of its exports, since it began', async () => {
    const waits = new FlushWaits();
    waits.note(0, failure(100)); // nobody waits
    const first = waits.begin(4);
    const failures = [failure(1), failure(10), failure(2)] as const;
    waits.note(1, failures[0]);
    const second = waits.begin(6);
    waits.note(5, failures[1]);
    waits.note(3, failures[2]);
    waits.settleBefore(6);

    const ofFirst = { errors: [failures[0], failures[2]] };
    const ofSecond = { errors: [failures[1], failures[2]] };
    expect(await first.outcome).toMatchObject({ lostSpans: 3, attempts: 2, cause: ofFirst });
    expect(await second.outcome).toMatchObject({ lostSpans: 12, attempts: 2, cause: ofSecond });
  });

  it('tells those who stay, though those before them leave and come', async () => {
    const waits = new FlushWaits();
    const staying = waits.begin(1_000);
    for (let number = 0; number < 500; number++) {
      const passing = waits.begin(number + 1);
      waits.note(number, failure(1));
      if (number % 2 === 0) passing.leave();
      else waits.settleBefore(number + 1);
    }
    const late = waits.begin(1_000);
    for (let number = 500; number < 1_000; number++) waits.note(number, failure(1));
    waits.settleBefore(1_000);

    expect(await staying.outcome).toMatchObject({ lostSpans: 1_000 });
    expect(await late.outcome).toMatchObject({ lostSpans: 500 });
  });

  it('keeps no failure that nobody waits for any more, though there is always somebody who waits', async () => {
    setFlagsFromString('--expose-gc');
    const waits = new FlushWaits();
    const failures: WeakRef<Error>[] = [];
    waits.begin(1);

    for (let number = 0; number < 1_000; number++) {
      const failed = failure(1);
      failures.push(new WeakRef(failed));
      waits.note(number, failed);
      waits.begin(number + 2);
      waits.settleBefore(number + 1);
    }
    await new Promise(setImmediate); // until then nothing that a WeakRef was made for is collected
    runInNewContext('gc()');

    expect(failures.filter((one) => one.deref() !== undefined).length).toBeLessThan(10);
  });

  it('lists so many errors and no more, but counts what all of them lost', async () => {
    const waits = new FlushWaits();
    const wait = waits.begin(300);
    const failures = Array.from({ length: 300 }, () => failure(2));
    for (const [number, error] of failures.entries()) waits.note(number, error);
    waits.settleBefore(300);

    const error = await wait.outcome;

    expect(error).toMatchObject({ lostSpans: 600, attempts: 300 });
    expect(error?.message).toMatch(/^300 exports failed, 600 spans lost; the first: /);
    expect(error?.cause).toMatchObject({ errors: failures.slice(0, 256) });
  });

  it('takes no longer for each of many that fail together', () => {
    const failures = Array.from({ length: 16_000 }, () => failure(1));
    const microsPerWait = (count: number): number => {
      const waits = new FlushWaits();
      for (let number = 0; number < count; number++) waits.begin(number + 1);
      for (let number = 0; number < count; number++)
        waits.note(number, failures[number] ?? failure(1));
      const took = startOwnTime();
      waits.settleBefore(count);
      return (took() * 1_000) / count;
    };

    const few = Math.min(...Array.from({ length: 5 }, () => microsPerWait(1_000)));
    const many = Math.min(...Array.from({ length: 3 }, () => microsPerWait(16_000)));

    expect(many).toBeLessThan(few * 5);
  });
});
