import { beforeAll, describe, expect, it } from 'vitest';
import type { ReceivedSpan } from '../../src/dev-agent/index.js';
import { startNode } from '../support/child-process.js';
import { openScriptedAgent, type ScriptedAgent } from '../support/scripted-agent.js';
import { DD_TRACE, installPackages, OLD_EXPORTER } from './packages.js';
import { spanRows } from './page.js';
import { type ProgramOptions, runApp, runRequests, writeProgram } from './programs.js';
import { APP_SPANS, REQUEST_SPANS, seenRows } from './seen-spans.js';

const SPANS = 4;
/** The old processor waits for 3 s, and its exporter for another. */
const DELAYS = { timeoutMillis: 30_000 };
/** Nothing but traces. */
const TRACES_ONLY = {
  DD_INSTRUMENTATION_TELEMETRY_ENABLED: 'false',
  DD_REMOTE_CONFIGURATION_ENABLED: 'false',
};

beforeAll(installPackages);

function oldExporter(agent: ScriptedAgent): ProgramOptions {
  return { env: { DD_TRACE_AGENT_URL: agent.url }, packageFolder: OLD_EXPORTER };
}

/** The spans of a process that stays until they have come. */
async function spansWhileAlive(
  agent: ScriptedAgent,
  options: ProgramOptions,
): Promise<readonly ReceivedSpan[]> {
  const preloaded = ['--require', './before.cjs', '--require', './requests.cjs'];
  const { child, end } = startNode([...preloaded, '--eval', 'process.stdin.resume()'], {
    cwd: writeProgram('old-exporter/before.cjs', options),
    env: options.env,
    hasInput: true,
    deadlineMillis: 2 * DELAYS.timeoutMillis,
  });
  const spans = await agent.waitForSpans(SPANS, DELAYS);
  child.stdin?.end();
  await end;
  return spans;
}

describe('docs/migrating.md', () => {
  it('says what the spans of the deprecated exporter are', async () => {
    const agent = await openScriptedAgent();

    const spans = await spansWhileAlive(agent, oldExporter(agent));

    const rows = spanRows('old-exporter', 'before');
    expect(seenRows(rows, spans, REQUEST_SPANS)).toEqual(rows);
  });

  it('says rightly that it sends what it does not sample', async () => {
    const agent = await openScriptedAgent();
    const change = ['DatadogProbabilitySampler(1)', 'DatadogProbabilitySampler(0)'] as const;

    const spans = await spansWhileAlive(agent, { ...oldExporter(agent), change });

    expect(spans).toHaveLength(SPANS);
    expect(spans.map(({ metrics }) => metrics['_sample_rate'])).toEqual([0, 0, 0, 0]);
  });

  it('says rightly that it loses the last seconds of a process', async () => {
    const agent = await openScriptedAgent();

    const ran = await runRequests('old-exporter/before.cjs', oldExporter(agent));

    expect(ran).toEqual({ ended: 0, stdout: '', stderr: '' });
    expect(agent.requests).toEqual([]);
  });

  it('says what the spans of dd-trace are, and that it writes and reads traceparent', async () => {
    const agent = await openScriptedAgent();
    const env = { DD_TRACE_AGENT_URL: agent.url, ...TRACES_ONLY };

    const ran = await runApp('dd-trace/before.cjs', { env, packageFolder: DD_TRACE });

    const rows = spanRows('dd-trace', 'before');
    expect(ran).toEqual({ ended: 0, stdout: 'continued\n', stderr: '' });
    expect(seenRows(rows, agent.spans, APP_SPANS)).toEqual(rows);
  });
});
