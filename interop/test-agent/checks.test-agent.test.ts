// Owns the proof that no check of the test agent objects to a request, and that it has read what was
// sent: through the real SDK, by every route.

import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { expectedTraces } from './expected-traces.js';
import { openPipeline, type Route, ROUTES } from './pipelines.js';
import { type CheckCounts, CHECKS, TestAgent, type TestSession } from './test-agent.js';
import { openProvider, recordRequest, SPANS_PER_REQUEST } from './traced-requests.js';

const REQUESTS = 5;
const TRACES_PER_REQUEST = 4;
const TRACES = REQUESTS * TRACES_PER_REQUEST;
const SPANS = TRACES * SPANS_PER_REQUEST;
/** Without this, two checks would skip every span. */
const SETTINGS = {
  'X-Datadog-Trace-Env-Variables': 'DD_TRACE_SPAN_ATTRIBUTE_SCHEMA=v1,DD_SERVICE=shop',
};

/** In the words of the test agent itself. */
const LIST_CHECKS = `
import json, inspect, ddapm_test_agent.trace_checks as checks
found = inspect.getmembers(checks, lambda c: inspect.isclass(c) and c.__module__ == checks.__name__)
print(json.dumps(sorted(check.name for _, check in found)))
`;

const program = inject('testAgentProgram');

describe.skipIf(program === '')('the test agent', () => {
  let agent: TestAgent;
  let sessions = 0;

  beforeAll(async () => {
    agent = await TestAgent.start({ program });
  });

  afterAll(async () => {
    await agent[Symbol.asyncDispose]();
  });

  function openSession(): TestSession {
    sessions++;
    return agent.session(`checks ${sessions}`);
  }

  /** Sends one payload for each flush. */
  async function send(route: Route, session: TestSession): Promise<readonly ReadableSpan[]> {
    await using pipeline = openPipeline({ route, agent, session, headers: SETTINGS });
    const { tracer, spans } = openProvider(pipeline);
    for (let index = 0; index < TRACES; index++) {
      recordRequest(tracer, index);
      if ((index + 1) % TRACES_PER_REQUEST === 0) await pipeline.flush();
    }
    expect(pipeline.exporter.stats()).toMatchObject({ received: SPANS, exported: SPANS });
    return spans();
  }

  describe.each(ROUTES)('by $processor over $transport', (route) => {
    it('passes as many checks as there were requests, traces and spans', async () => {
      const session = openSession();

      await send(route, session);

      expect(await session.failures()).toBe('');
      expect(await session.requests()).toBe(REQUESTS);
      expect(await session.counts()).toEqual({
        trace_stall: passed(REQUESTS),
        meta_tracer_version_header: passed(REQUESTS),
        trace_content_length: passed(REQUESTS),
        trace_count_header: passed(REQUESTS),
        trace_dd_service: passed(TRACES),
        meta_events_is_valid_json: passed(SPANS),
        // Only one span of each trace has a peer.
        trace_peer_service: { ...passed(TRACES), Skipped_Checks: SPANS - TRACES },
      });
    });

    it('gives back the traces as the SDK has made them', async () => {
      const session = openSession();

      const spans = await send(route, session);

      expect(spans).toHaveLength(SPANS);
      const traces = await session.traces();
      const [[root] = []] = [...traces.values()];
      const runtimeId = root?.meta['runtime-id'] ?? '';
      expect(runtimeId).toMatch(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/u);
      expect(traces).toEqual(expectedTraces(spans, runtimeId));
    });

    it('tells sampling rates, which the exporter knows then', async () => {
      const session = openSession();
      await session.start({ 'service:shop,env:': 0.25 });
      await using pipeline = openPipeline({ route, agent, session });

      recordRequest(openProvider(pipeline).tracer, 0);
      await pipeline.flush();

      expect(pipeline.exporter.sampleRates).toEqual({ 'service:shop,env:': 0.25 });
    });
  });

  it('objects to what is wrong, so that silence means something', async () => {
    const session = openSession();
    const span = { trace_id: 1, span_id: 1, name: 'n', meta: { events: '{' } };
    await fetch(`${agent.tcpUrl}/v0.4/traces`, {
      method: 'PUT',
      headers: {
        ...session.headers,
        'Content-Type': 'application/json',
        'X-Datadog-Trace-Count': '2',
      },
      body: JSON.stringify([[span]]),
    });

    const counts = Object.entries(await session.counts());
    const failed = counts.filter(([, { Failed_Checks }]) => Failed_Checks === 1);
    expect(failed.map(([name]) => name).toSorted()).toEqual([
      'meta_events_is_valid_json',
      'meta_tracer_version_header',
      'trace_count_header',
    ]);
    expect(await session.failures()).toContain('X-Datadog-Trace-Count');
  });

  it('has no check that these tests do not turn on', async () => {
    const python = join(dirname(program), 'python');
    const { stdout } = await promisify(execFile)(python, ['-c', LIST_CHECKS]);

    expect(JSON.parse(stdout)).toEqual(CHECKS);
  });
});

function passed(times: number): CheckCounts {
  return { Passed_Checks: times, Failed_Checks: 0, Skipped_Checks: 0 };
}
