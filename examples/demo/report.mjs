// Owns the judgement at the end: compares what the workers say they made with what the Agent says
// it received.

import { red } from './colour.mjs';

/** Prints totals and conditions; returns whether every condition holds. */
export function printReport({ workers, requests, accounts, received }) {
  const spans = received.traces.flatMap((trace) => trace.spans);
  console.log(`requests to the shop    ${requests}`);
  console.log(`requests to the Agent   ${received.requests}`);
  console.log(`traces received         ${received.traces.length}\n`);

  const conditions = [
    ...accountConditions(accounts, spans),
    ...arrivalConditions(accounts, spans),
    workerCondition(workers, spans),
    {
      text: `the Agent reports ${received.violations.length} violations of its rules`,
      holds: received.violations.length === 0,
    },
  ];
  for (const { text, holds } of conditions) {
    console.log(holds ? `ok      ${text}` : red(`FAILED  ${text}`));
  }
  for (const { rule, message } of received.violations.slice(0, 3))
    console.log(`${rule}: ${message}`);
  return conditions.every(({ holds }) => holds);
}

function accountConditions(accounts, received) {
  const total = (column) => accounts.reduce((sum, { stats }) => sum + stats[column], 0);
  const made = accounts.reduce((sum, { spansMade }) => sum + spansMade.length, 0);
  const exported = total('exported');
  const dropped = total('dropped');
  return [
    {
      text: `${made} spans made = ${exported} exported, ${received.length} received`,
      holds: made > 0 && made === exported,
    },
    { text: `${dropped} spans dropped`, holds: dropped === 0 },
  ];
}

/** Equal numbers are not enough: one span lost and another one sent twice would go unnoticed. */
function arrivalConditions(accounts, received) {
  const made = new Set(accounts.flatMap(({ spansMade }) => spansMade));
  const arrived = new Set(received.map(idOf));
  const missing = [...made].filter((id) => !arrived.has(id)).length;
  const strange = [...arrived].filter((id) => !made.has(id)).length;
  const repeated = received.length - arrived.size;
  return [
    {
      text: `ids made = ids received: ${missing} missing, ${strange} unknown, ${repeated} repeated`,
      holds: missing + strange + repeated === 0,
    },
  ];
}

function workerCondition(workers, received) {
  const seen = new Set(received.map(({ meta }) => meta['service.instance.id']));
  return {
    text: `spans from ${seen.size} of ${workers} workers`,
    holds: seen.size === workers,
  };
}

/** The id of a span as the workers write it: both ids in lower-case hex, at full length. */
function idOf({ traceId, spanId }) {
  return `${traceId}:${spanId.toString(16).padStart(16, '0')}`;
}
