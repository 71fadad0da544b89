// Owns the proof of what docs/migrating.md says of a change from OTLP: both programs of the page run, and
// what the Agent's own code sends on is what the table of the page says.

import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { spanRows } from '../test/migrating/page.js';
import { runRequests } from '../test/migrating/programs.js';
import { REQUEST_SPANS, seenRows } from '../test/migrating/seen-spans.js';
import { AgentProcess } from './agent-process.js';
import type { AgentSpan, StatsGroup } from './received.js';

const program = inject('agentProgram');
const SPANS = 4;

describe.skipIf(program === '')('docs/migrating.md', () => {
  let agent: AgentProcess;

  beforeAll(async () => {
    agent = await AgentProcess.start(program);
  });

  beforeEach(async () => {
    await agent.reset();
  });

  afterAll(async () => {
    await agent[Symbol.asyncDispose]();
  });

  async function runBefore(): Promise<void> {
    const env = { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: agent.otlpUrl };
    const options = { env, flushes: true, packageFolder: import.meta.dirname };
    const ran = await runRequests('otlp/before.mjs', options);
    expect(ran).toEqual({ ended: 0, stdout: '', stderr: '' });
    await agent.flush();
  }

  async function runAfter(): Promise<void> {
    const ran = await runRequests('otlp/after.mjs', { env: { DD_TRACE_AGENT_URL: agent.tcpUrl } });
    expect(ran).toEqual({ ended: 0, stdout: '', stderr: '' });
    await agent.flush();
  }

  async function receivedSpans(): Promise<readonly AgentSpan[]> {
    const payloads = await agent.received();
    return payloads.flatMap((payload) => payload.chunks.flatMap((chunk) => chunk.spans));
  }

  /** Trace metrics, but for times. */
  async function metrics(): Promise<readonly StatsGroup[]> {
    const payloads = await agent.stats();
    const groups = payloads.flatMap(({ buckets }) => buckets.flatMap((bucket) => bucket.groups));
    return groups
      .map((group) => Object.assign(group, { duration: 'any' }))
      .toSorted((a, b) => (a.resource < b.resource ? -1 : 1));
  }

  it.each([
    ['before', runBefore],
    ['after', runAfter],
  ] as const)('says what the spans are %s', async (column, run) => {
    await run();

    const rows = spanRows('otlp', column);
    expect(seenRows(rows, await receivedSpans(), REQUEST_SPANS)).toEqual(rows);
  });

  it('says rightly that trace metrics stay the same', async () => {
    await runBefore();
    const before = await metrics();
    await agent.reset();
    await runAfter();

    expect(await metrics()).toEqual(before);
    // The Agent has none for an internal span within a service.
    expect(before).toHaveLength(SPANS - 1);
    expect(await receivedSpans()).toHaveLength(SPANS);
  });
});
