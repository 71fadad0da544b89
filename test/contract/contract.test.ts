import { describe, expect, it } from 'vitest';
import type { LedgerSnapshot } from '../../src/index.js';
import { openExporter } from '../support/exporters.js';
import { chosenSeed, seededRandom } from '../support/seeded-random.js';
import { makeSpan, nextSpanId } from '../support/spans.js';
import { type Fate, openReceiver, type Receiver } from './receiver.js';
import { idsOf, SENDERS } from './senders.js';

const SPANS = 1_000;
const seed = chosenSeed();

interface Row {
  readonly receiver: string;
  /** Which fates there are besides being accepted, and how likely each is. */
  readonly chances: Partial<Record<Fate, number>>;
}

const ROWS: readonly Row[] = [
  { receiver: 'always accepts', chances: {} },
  { receiver: 'fails for a while with p = ½', chances: { unavailable: 0.25, broken: 0.25 } },
  { receiver: 'refuses for good with p = ½', chances: { refused: 0.5 } },
  {
    receiver: 'does either with p = ⅓',
    chances: { unavailable: 0.17, broken: 0.17, refused: 0.33 },
  },
  {
    receiver: 'loses answers with p = ⅓, so that spans may arrive twice',
    chances: { unanswered: 0.33 },
  },
];

/** What to do with each request, by chance. */
function fatesOf(chances: Row['chances'], random: () => number): () => Fate {
  const fates: readonly Fate[] = ['unavailable', 'broken', 'refused', 'unanswered'];
  return () => {
    let left = random();
    return fates.find((fate) => (left -= chances[fate] ?? 0) < 0) ?? 'accepted';
  };
}

function duplicatesIn(ids: readonly string[]): readonly string[] {
  const seen = new Set<string>();
  return ids.filter((id) => seen.size === seen.add(id).size);
}

/** Delivered and dropped are all that was sent, and have in common only what had no answer. */
function expectContract(
  sent: readonly string[],
  { taken, unanswered }: Receiver,
  { received, exported, dropped, buffered, inFlight }: LedgerSnapshot,
): void {
  expect({ received, buffered, inFlight }).toEqual({ received: SPANS, buffered: 0, inFlight: 0 });
  expect(exported + dropped).toBe(SPANS);
  const delivered = new Set(taken);
  expect([...delivered].filter((id) => !sent.includes(id))).toEqual([]);
  expect(duplicatesIn(taken).filter((id) => !unanswered.has(id))).toEqual([]);
  const answered = [...delivered].filter((id) => !unanswered.has(id)).length;
  expect(exported).toBeGreaterThanOrEqual(answered);
  expect(exported).toBeLessThanOrEqual(delivered.size);
  expect(dropped).toBeGreaterThanOrEqual(SPANS - delivered.size);
}

/** A batch that was given up is lost as a whole, and no other span is. */
function expectNamed(
  sent: readonly string[],
  { taken, unanswered }: Receiver,
  lost: readonly string[] | undefined,
  dropped: number,
): void {
  if (lost === undefined) return;
  expect(duplicatesIn(lost)).toEqual([]);
  expect(lost).toHaveLength(dropped);
  const [delivered, named] = [new Set(taken), new Set(lost)];
  expect(lost.filter((id) => delivered.has(id) && !unanswered.has(id))).toEqual([]);
  expect(sent.filter((id) => !delivered.has(id) && !named.has(id))).toEqual([]);
}

describe.each(Object.entries(SENDERS))('%s', (_name, send) => {
  it.each(ROWS)(
    `delivers or counts as dropped each span once where a receiver $receiver, SEED=${seed}`,
    async ({ chances }) => {
      const receiver = await openReceiver('tcp', fatesOf(chances, seededRandom(seed).fraction));
      const exporter = openExporter({ url: receiver.url, maxRetries: 2 });
      const spans = Array.from({ length: SPANS }, () =>
        makeSpan({ traceId: nextSpanId().padStart(32, 'a') }),
      );

      const lost = await send(exporter, spans);
      await exporter.shutdown();

      const stats = exporter.stats();
      expectContract(idsOf(spans), receiver, stats);
      expectNamed(idsOf(spans), receiver, lost, stats.dropped);
      const fates = new Set([...Object.keys(chances), 'accepted']);
      expect(new Set(receiver.fates.keys())).toEqual(fates);
    },
  );
});
