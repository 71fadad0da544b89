import { describe, expect, it, vi } from 'vitest';
import { holdReply } from '../support/held-reply.js';
import { sendPayload } from './agent-client.js';
import { openAgent } from './open-agents.js';
import { payload, singleSpan, span } from './sample-payload.js';
import { uint64 } from './wire-bytes.js';

describe('waiting', () => {
  it('ends as soon as the requests are there, before they are answered', async () => {
    const held = holdReply();
    const agent = await openAgent({ respond: () => held.reply });
    const waiting = agent.waitForRequests(1);

    const sending = sendPayload(agent.url, singleSpan());

    await expect(waiting).resolves.toHaveLength(1);
    expect(agent.spans).toEqual([]);
    held.release();
    await sending;
    expect(agent.spans).toHaveLength(1);
  });

  it('ends as soon as the spans of several requests are there', async () => {
    const agent = await openAgent();
    const waiting = agent.waitForSpans(3);

    await sendPayload(agent.url, singleSpan());
    await sendPayload(agent.url, payload([span(), span({ span_id: uint64(8n) })]));

    await expect(waiting).resolves.toHaveLength(3);
  });

  it('may have no limit', async () => {
    const agent = await openAgent();
    const waiting = agent.waitForSpans(1, { timeoutMillis: Infinity });

    await sendPayload(agent.url, singleSpan());

    await expect(waiting).resolves.toHaveLength(1);
  });

  it('ends at once for what is there already', async () => {
    const agent = await openAgent();
    await sendPayload(agent.url, singleSpan());

    await expect(agent.waitForRequests(1, { timeoutMillis: 0 })).resolves.toHaveLength(1);
    await expect(agent.waitForSpans(0, { timeoutMillis: 0 })).resolves.toHaveLength(1);
  });

  it('fails at the deadline, and says what was there', async () => {
    const agent = await openAgent();
    await sendPayload(agent.url, [0xc0]);

    await expect(agent.waitForSpans(2, { timeoutMillis: 10 })).rejects.toThrow(
      'Expected at least 2 spans, got 1 request, 0 spans and wire-type (payload) within 10 ms',
    );
  });

  it('says why there may be no request at all', async () => {
    const agent = await openAgent();

    await expect(agent.waitForSpans(1, { timeoutMillis: 10 })).rejects.toThrow(
      'Expected at least 1 span, got 0 requests, 0 spans and no violations within 10 ms; ' +
        'a batch processor sends nothing for seconds unless it is flushed',
    );
  });

  it('fails when the Agent is closed, and afterwards', async () => {
    const agent = await openAgent();
    const failure = agent.waitForRequests(1).catch(String);

    await agent.close();

    expect(await failure).toContain('closed');
    await expect(agent.waitForSpans(1)).rejects.toThrow('closed');
  });

  it('lasts five seconds unless it is told otherwise', async () => {
    const agent = await openAgent();
    const timers = vi.spyOn(globalThis, 'setTimeout');

    const waits = [agent.waitForSpans(1), agent.waitForRequests(1)];
    const delays = timers.mock.calls.map(([, delayMillis]) => delayMillis);
    timers.mockRestore();
    await agent.close();

    await Promise.allSettled(waits);
    expect(delays).toEqual([5_000, 5_000]);
  });

  it('leaves no timer behind', async () => {
    const agent = await openAgent();
    const before = countTimers();

    const waiting = agent.waitForRequests(1, { timeoutMillis: 60_000 });
    expect(countTimers()).toBeGreaterThan(before);
    await sendPayload(agent.url, singleSpan());
    await waiting;
    await agent.close();

    expect(countTimers()).toBeLessThanOrEqual(before);
  });
});

describe('reset', () => {
  it('forgets everything, also spans of requests that wait for their reply', async () => {
    const held = holdReply();
    const agent = await openAgent({
      respond: ({ bodyBytes }) => (bodyBytes > 1 ? held.reply : {}),
    });
    await sendPayload(agent.url, [0xc0]);
    const sending = sendPayload(agent.url, singleSpan());
    const before = await agent.waitForRequests(2);

    agent.reset();
    held.release();
    await sending;

    expect(before).toHaveLength(2);
    expect(agent.requests).toEqual([]);
    expect(agent.spans).toEqual([]);
    expect(agent.traces).toEqual([]);
    expect(agent.violations).toEqual([]);
  });
});

function countTimers(): number {
  return process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
}
