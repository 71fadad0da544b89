// Holds processes under load while their Agent comes and goes, and prints what became of their spans, of
// their memory, and of what they opened: the table of docs/reliability.md. Ends with 1 if a promise was
// not kept:
//
//   npm run soak -- [--minutes 2] [--write]

import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { markdownTable, writeTable } from './marked-table.mjs';
import { brokenPromises, figuresOf, rowsOf } from './soak/figures.mjs';
import { FlappingAgent } from './soak/flapping-agent.mjs';
import { LoadedProcess } from './soak/loaded-process.mjs';

const PAGE = fileURLToPath(new URL('../docs/reliability.md', import.meta.url));
const SPANS_PER_SECOND = 5_000;
/** A process each: by the first digit of its span ids, and what it is called in the table. */
const SETUPS = [
  { lane: 1, setup: 'batch', name: '`BatchSpanProcessor` and exporter' },
  { lane: 2, setup: 'streaming', name: '`DatadogBatchSpanProcessor`' },
];
/** What an Agent goes through, over and over, and for how many milliseconds; an attempt lasts 3 000. */
const CYCLE = [
  ['up', 3_000],
  ['refusing', 1_500],
  ['up', 1_000],
  ['hanging', 3_500],
  ['up', 1_000],
  ['overloaded', 1_000],
  ['up', 1_000],
  ['restarted', 3_000],
];
/** Two cycles: the growth of the heap needs samples after the first. */
const LEAST_MINUTES = 0.5;
/** Factor of spare room in the Agent's count, for spans that end later than they should. */
const SPARE = 1.5;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '2' },
    write: { type: 'boolean', default: false },
  },
});
const minutes = Number(values.minutes);
if (!(minutes >= LEAST_MINUTES))
  throw new RangeError(`--minutes must be a number from ${LEAST_MINUTES}, got ${values.minutes}`);
const lanes = SETUPS.map(({ lane }) => lane);
const agent = new FlappingAgent(
  lanes,
  Math.ceil(minutes * 60 * SPANS_PER_SECOND * SPARE) + 100_000,
);
await agent.become('up');
const processes = SETUPS.map(({ setup, lane }) => {
  return new LoadedProcess({ setup, lane, spansPerSecond: SPANS_PER_SECOND, agentUrl: agent.url });
});
try {
  await flap(minutes * 60_000);
  await agent.become('up');
  const finals = await Promise.all(processes.map((one) => one.finish()));
  await report(
    finals.map((final, index) => {
      return figuresOf(final, processes[index].samples, agent.arrivalsOf(lanes[index]));
    }),
  );
} finally {
  for (const one of processes) one.kill();
  await agent.close();
}

/** Whole cycles, each followed by a look at the processes, until the time is over. */
async function flap(forMillis) {
  const startMillis = performance.now();
  const elapsedMillis = () => performance.now() - startMillis;
  while (elapsedMillis() < forMillis) {
    for (const [mode, millis] of CYCLE) {
      await agent.become(mode);
      await delay(millis);
    }
    await Promise.all(processes.map((one) => one.measure(elapsedMillis())));
  }
}

async function report(figures) {
  const header = ['', 'promised', ...SETUPS.map(({ name }) => name)];
  const table = await markdownTable([header, ...rowsOf(figures)]);
  console.log(table);
  if (values.write) writeTable(PAGE, 'soak', table);
  for (const [index, { name }] of SETUPS.entries()) {
    for (const broken of brokenPromises(figures[index])) {
      console.error(`${name}: ${broken}`);
      process.exitCode = 1;
    }
  }
}
