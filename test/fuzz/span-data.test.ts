import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  DatadogBatchSpanProcessor,
  type DatadogSpanExporter,
  type LedgerSnapshot,
  type ReadableSpan,
} from '../../src/index.js';
import { budgetOf, outcomeOf } from '../support/budget.js';
import { captureDiag } from '../support/diag-log.js';
import { openExporter } from '../support/exporters.js';
import { exportSpans } from '../support/exports.js';
import { openScriptedAgent, type ScriptedAgent } from '../support/scripted-agent.js';
import { makeSpan } from '../support/spans.js';
import { type HostileSpan, hostileSpan, makeHostile } from './hostile-span.js';

captureDiag();

const budget = budgetOf(60, 1);
const batches = fc.array(hostileSpan, { minLength: 1, maxLength: 4 });
/** Reasons for which a span may be lost with an Agent that takes everything. */
const OWN_FAULTS = new Set(['invalid_id', 'encode', 'too_large']);

/** What is no time is written as 0, for which the Agent puts its own. */
const FOR_NO_TIME = 'start-before-2000';

/** Hands spans over and resolves when all are settled; rejects if any way to do so throws. */
type Way = (spans: readonly ReadableSpan[]) => Promise<void>;

const WAYS: Readonly<Record<string, (exporter: DatadogSpanExporter) => Way>> = {
  'export()': (exporter) => async (spans) => {
    const { code, error } = await exportSpans(exporter, spans);
    if (code !== 0) throw new Error(`the export failed: ${error?.message}`);
  },
  'onEnd() of a DatadogBatchSpanProcessor': (exporter) => {
    const processor = new DatadogBatchSpanProcessor({ exporter });
    return (spans) => {
      for (const span of spans) processor.onEnd(span);
      return processor.forceFlush();
    };
  },
};

/** A valid span among hostile ones arrives, and each of the others is in one column. */
async function handOver(
  way: Way,
  plan: readonly HostileSpan[],
  { agent, exporter }: { agent: ScriptedAgent; exporter: DatadogSpanExporter },
): Promise<void> {
  const before = exporter.stats();
  const witness = makeSpan({ name: 'witness', traceId: 'abcd'.repeat(8) });
  const hostile = plan.map((one) => makeHostile(one));
  await way([...hostile.slice(0, 2), witness, ...hostile.slice(2)]);
  const { spans } = agent;
  const violations = agent.violations.filter(({ rule }) => rule !== FOR_NO_TIME);
  agent.reset();

  const moved = differenceOf(exporter.stats(), before);
  expect(violations).toEqual([]);
  expect(spans.filter(({ resource }) => resource === 'witness')).toHaveLength(1);
  expect(moved.received).toBeLessThanOrEqual(plan.length + 1);
  expect(moved.exported + moved.dropped).toBe(moved.received);
  expect(spans).toHaveLength(moved.exported);
  expect(
    Object.keys(exporter.stats().droppedByReason).filter((one) => !OWN_FAULTS.has(one)),
  ).toEqual([]);
}

function differenceOf(
  { received, exported, dropped }: LedgerSnapshot,
  before: LedgerSnapshot,
): Pick<LedgerSnapshot, 'received' | 'exported' | 'dropped'> {
  return {
    received: received - before.received,
    exported: exported - before.exported,
    dropped: dropped - before.dropped,
  };
}

it.each(Object.entries(WAYS))(
  `%s neither throws nor loses a valid span beside hostile ones, ${budget.extent}`,
  async (_name, open) => {
    const agent = await openScriptedAgent();
    // One for all cases: what it remembers of hostile spans must not harm those that follow.
    const exporter = openExporter({ url: agent.url });
    const way = open(exporter);
    const property = fc.asyncProperty(batches, (plan) => handOver(way, plan, { agent, exporter }));

    expect(await outcomeOf(property, budget)).toBe('holds');
  },
  budget.deadlineMillis,
);
