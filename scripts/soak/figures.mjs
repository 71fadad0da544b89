// Owns the figures of a process that was under load, what is promised of them, and the table that they
// make. Measures nothing.

import { written } from '../marked-table.mjs';

const MIB = 1_024 * 1_024;
/** Part of the time, in which caches fill and code is compiled. */
const WARM_UP = 0.25;
const CONNECTIONS = 2;

/**
 * What a process came to.
 *
 * @param final what it said in the end
 * @param samples what it was like meanwhile
 * @param arrivals how often each of its spans was accepted
 */
export function figuresOf(final, samples, arrivals) {
  const { ended, ledger, successes, imbalances, balances, left, code } = final;
  const settled = samples.filter(({ atMillis }) => atMillis >= WARM_UP * samples.at(-1).atMillis);
  const distinct = arrivals.reduce((sum, times) => sum + Math.min(times, 1), 0);
  return {
    minutes: Math.round(samples.at(-1).atMillis / 60_000),
    ...ledger,
    ended,
    distinct,
    repeated: arrivals.reduce((sum, times) => sum + Math.max(times - 1, 0), 0),
    // Where nobody says which spans were a success, their number has to do.
    missing: Math.max(missingOf(successes, arrivals), ledger.exported - distinct),
    growth: slope(settled.map(({ atMillis, heapBytes }) => [atMillis / 60_000, heapBytes / MIB])),
    fds: range(settled.map(({ fds }) => fds)),
    listeners: range(settled.map(({ listeners }) => listeners)),
    imbalances,
    balances,
    left,
    code,
  };
}

/** What each row is about, what is promised of it, and, where it can be told, whether that `isKept`. */
const ROWS = [
  { what: 'minutes under load', promised: '', show: ({ minutes }) => written(minutes) },
  { what: 'spans that ended', promised: '', show: ({ ended }) => written(ended) },
  {
    what: 'handed over, as the ledger says',
    promised: 'all of them',
    show: ({ received }) => written(received),
    isKept: ({ received, ended }) => received === ended,
  },
  {
    what: 'exported',
    promised: 'more than half',
    show: ({ exported }) => written(exported),
    isKept: ({ exported, ended }) => exported > ended / 2,
  },
  {
    what: 'dropped',
    promised: 'the rest, with reasons',
    show: ({ droppedByReason }) => reasonsText(droppedByReason),
    isKept: isAccountedFor,
  },
  {
    what: 'looks at the ledger, and how often it did not balance',
    promised: 'never',
    show: ({ balances, imbalances }) => `${written(balances)}, ${written(imbalances)}`,
    isKept: ({ imbalances }) => imbalances === 0,
  },
  {
    what: 'exported, but never accepted by the Agent',
    promised: 'none',
    show: ({ missing }) => written(missing),
    isKept: ({ missing }) => missing === 0,
  },
  {
    what: 'accepted by the Agent',
    promised: '',
    show: ({ distinct }) => written(distinct),
    isKept: ({ distinct, ended }) => distinct <= ended,
  },
  {
    what: 'accepted again',
    promised: 'none is not promised',
    show: ({ repeated }) => written(repeated),
  },
  {
    what: 'growth of the heap in a minute',
    promised: 'below 1 MiB',
    show: ({ growth }) => `${growth.toFixed(2)} MiB`,
    isKept: ({ growth }) => growth < 1,
  },
  {
    what: 'file descriptors, from and to',
    promised: 'two connections more',
    show: ({ fds }) => fds.join(' to '),
    isKept: ({ fds: [least, most] }) => most - least <= CONNECTIONS,
  },
  {
    what: 'listeners, from and to',
    promised: "one more, on the user's signal",
    show: ({ listeners }) => listeners.join(' to '),
    isKept: ({ listeners: [least, most] }) => most - least <= 1,
  },
  {
    what: 'timers, sockets and descriptors left by the shutdown',
    promised: 'none, and the process ends',
    show: ({ left, code }) =>
      [...shown(left), ...(code === 0 ? [] : [`ended by ${code}`])].join(', '),
    isKept: ({ left, code }) => left.length === 0 && code === 0,
  },
];

/** Rows of cells: what, what is promised, and one for each process. */
export function rowsOf(figures) {
  return ROWS.map(({ what, promised, show }) => [
    what,
    promised,
    ...figures.map((one) => show(one)),
  ]);
}

/** What was promised of a process and not kept. */
export function brokenPromises(figures) {
  const broken = ROWS.filter(({ isKept = () => true }) => !isKept(figures));
  return broken.map(({ what, promised, show }) => `${what}: ${show(figures)}, not ${promised}`);
}

function isAccountedFor({ received, exported, dropped, droppedByReason, unsettled }) {
  const byReason = Object.values(droppedByReason).reduce((sum, spans) => sum + spans, 0);
  return received === exported + dropped && dropped === byReason && unsettled === 0;
}

function missingOf(successes, arrivals) {
  let missing = 0;
  for (const [first, last] of successes) {
    for (let number = first; number <= last; number++) if (arrivals[number] === 0) missing++;
  }
  return missing;
}

function reasonsText(droppedByReason) {
  const texts = Object.entries(droppedByReason).map(
    ([reason, spans]) => `${written(spans)} ${reason}`,
  );
  return texts.length === 0 ? '0' : texts.join(', ');
}

function shown(left) {
  return left.length === 0 ? ['none'] : left;
}

function range(numbers) {
  return [Math.min(...numbers), Math.max(...numbers)];
}

/** The slope of the straight line that fits these points best. */
function slope(points) {
  const mean = (numbers) => numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
  const [meanX, meanY] = [mean(points.map(([x]) => x)), mean(points.map(([, y]) => y))];
  const deviations = points.map(([x, y]) => [(x - meanX) * (y - meanY), (x - meanX) ** 2]);
  return (
    mean(deviations.map(([product]) => product)) / mean(deviations.map(([, square]) => square))
  );
}
