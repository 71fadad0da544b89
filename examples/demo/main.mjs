// The demo: a small web shop in two cluster workers, traced by OpenTelemetry, sends its spans to a
// development Agent in a third process. Shows the traces that arrived, and whether all did.
//
// Run it with `npm run demo`, or over a Unix socket with `npm run demo -- --socket`.

import { AgentProcess } from './agent-process.mjs';
import { killRemaining } from './children.mjs';
import { Deadline } from './deadline.mjs';
import { printReport } from './report.mjs';
import { sendRequests } from './requests.mjs';
import { temporarySocketPath } from './socket-path.mjs';
import { printTraces } from './waterfall.mjs';
import { Workers } from './workers.mjs';

const WORKERS = 2;
const DEADLINE_MILLIS = 20_000;

const socket = process.argv.includes('--socket') ? temporarySocketPath() : undefined;
const deadline = new Deadline(DEADLINE_MILLIS);
try {
  process.exitCode = (await run()) ? 0 : 1;
} catch (error) {
  console.error(`The demo failed: ${error.message}`);
  killRemaining();
  process.exitCode = 1;
} finally {
  deadline.stop();
  socket?.remove();
}

async function run() {
  const agent = new AgentProcess(socket?.path);
  const agentUrl = await deadline.wait('the Agent to listen', agent.url());
  const workers = new Workers(WORKERS, agentUrl);
  const port = await deadline.wait('the workers to listen', workers.port());
  console.log(`Agent: ${agentUrl}   Shop: http://127.0.0.1:${port}, ${WORKERS} cluster workers\n`);

  const requests = await deadline.wait('answers from every worker', sendRequests(port, WORKERS));
  const accounts = await deadline.wait('the workers to drain and end', workers.stop());
  const received = await deadline.wait('the report of the Agent', agent.report());
  await deadline.wait('the Agent to end', agent.stop());

  printTraces(received.traces);
  return printReport({ workers: WORKERS, requests, accounts, received });
}
