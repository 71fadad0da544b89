import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { code, PAGE, spanRows } from '../migrating/page.js';
import { runApp, runRequests } from '../migrating/programs.js';
import { APP_SPANS, REQUEST_SPANS, seenRows } from '../migrating/seen-spans.js';
import { openScriptedAgent } from '../support/scripted-agent.js';

describe('docs/migrating.md', () => {
  it.each([
    ['old-exporter', 'after.cjs'],
    ['otlp', 'after.mjs'],
  ])('says what the spans are after a change from %s', async (way, file) => {
    const agent = await openScriptedAgent();

    const ran = await runRequests(`${way}/${file}`, { env: { DD_TRACE_AGENT_URL: agent.url } });

    const rows = spanRows(way, 'after');
    expect(ran).toEqual({ ended: 0, stdout: '', stderr: '' });
    expect(seenRows(rows, agent.spans, REQUEST_SPANS)).toEqual(rows);
    expect(rows.length).toBeGreaterThan(8);
  });

  it('says what the spans are after a change from dd-trace', async () => {
    const agent = await openScriptedAgent();

    const ran = await runApp('dd-trace/after.cjs', { env: { DD_TRACE_AGENT_URL: agent.url } });

    const rows = spanRows('dd-trace', 'after');
    expect(ran).toEqual({ ended: 0, stdout: 'continued\n', stderr: '' });
    expect(seenRows(rows, agent.spans, APP_SPANS)).toEqual(rows);
    expect(rows.length).toBeGreaterThan(5);
  });

  it('says rightly that what is not sampled is not sent any more', async () => {
    const agent = await openScriptedAgent();

    const ran = await runRequests('old-exporter/after.cjs', {
      env: { DD_TRACE_AGENT_URL: agent.url },
      change: ['TraceIdRatioBasedSampler(1)', 'TraceIdRatioBasedSampler(0)'],
    });

    expect(ran).toEqual({ ended: 0, stdout: '', stderr: '' });
    expect(agent.spans).toEqual([]);
  });

  // Those of before run where their packages are: test/migrating, and interop for OTLP.
  it('has no code that no test runs', () => {
    expect(Object.keys(code).toSorted()).toEqual([
      'dd-trace/after.cjs',
      'dd-trace/before.cjs',
      'old-exporter/after.cjs',
      'old-exporter/before.cjs',
      'otlp/after.mjs',
      'otlp/before.mjs',
    ]);
  });

  it('is for a reader in a hurry', () => {
    expect(readFileSync(PAGE, 'utf8').split('\n').length).toBeLessThanOrEqual(201);
  });
});
