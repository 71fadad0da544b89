// Counts the spans that are lost while the Agent is away, as when it is rolled out, and prints the table
// of docs/reliability.md. Takes seconds, as time is virtual:
//
//   npm run build && node scripts/agent-rollout.mjs [--write]

import { fileURLToPath } from 'node:url';
import { lostIn } from './agent-rollout/outage.mjs';
import { beginVirtualTime } from './agent-rollout/virtual-time.mjs';
import { tablePrinter, written } from './marked-table.mjs';

const PAGE = fileURLToPath(new URL('../docs/reliability.md', import.meta.url));
const printTable = tablePrinter(PAGE, 'agent-rollout');
const RATES = [10, 100, 1_000];
const AWAY_SECONDS = [1, 5, 15, 60];
/** The processor exports every five seconds or more often; the Agent leaves early and late in that time. */
const BEFORE_MILLIS = [500, 4_500];

const LARGE_QUEUE = { processor: { maxQueueSize: 50_000 } };
const PATIENCE = { exporter: { maxRetries: 100, timeoutMillis: 90_000 } };
const SETTINGS = {
  defaults: {},
  'large queue': LARGE_QUEUE,
  patient: PATIENCE,
  'patient, large queue': { ...LARGE_QUEUE, ...PATIENCE },
};

Math.random = () => 0.5; // gives every pause between attempts its mean length
beginVirtualTime();

const rows = [];
for (const perSecond of RATES) for (const seconds of AWAY_SECONDS) await addRow(perSecond, seconds);

const header = ['spans per second', 'Agent away', 'spans meanwhile', ...Object.keys(SETTINGS)];
await printTable([header, ...rows]);

async function addRow(perSecond, seconds) {
  const losses = [];
  for (const options of Object.values(SETTINGS)) {
    losses.push(await mostLost({ perSecond, awayMillis: seconds * 1_000 }, options));
  }
  const numbers = [perSecond * seconds, ...losses].map(written);
  rows.push([written(perSecond), `${seconds} s`, ...numbers]);
}

async function mostLost(outage, options) {
  let most = 0;
  for (const beforeMillis of BEFORE_MILLIS) {
    most = Math.max(most, await lostIn({ ...outage, beforeMillis }, options));
  }
  return most;
}
