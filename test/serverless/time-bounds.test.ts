import { Writable } from 'node:stream';
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { describe, expect, it } from 'vitest';
import { DatadogBatchSpanProcessor, withFlush } from '../../src/index.js';
import { captureDiag } from '../support/diag-log.js';
import { openExporter } from '../support/exporters.js';
import { openFaultServer } from '../support/fault-server.js';
import { ACCEPT, answer, readAll, stall } from '../support/fault-steps.js';
import { holdReply } from '../support/held-reply.js';
import { openScriptedAgent } from '../support/scripted-agent.js';
import { until } from '../support/until.js';
import { tracedFunction } from './traced-function.js';

const lines = captureDiag();

/** Far more than a flush that is bounded takes on a busy machine, far less than one that is not. */
const PROMPT_MILLIS = 2_500;
/** As an upper limit that no flush in these tests may use up. */
const ENDLESS = { timeoutMillis: 60_000 };

function remaining(millis: number): { getRemainingTimeInMillis(): number } {
  return { getRemainingTimeInMillis: () => millis };
}

async function timed<T>(work: () => T | Promise<T>): Promise<{ value: T; millis: number }> {
  const start = performance.now();
  const value = await work();
  return { value, millis: performance.now() - start };
}

describe('withFlush under an Agent that hangs', () => {
  it('has all its time before a callback that the handler seemed not to ask for', async () => {
    const results: string[] = [];
    const flushes: Array<() => void> = [];
    const hanging = { forceFlush: () => new Promise<void>((end) => void flushes.push(end)) };
    const handler = withFlush((...args: [(result: string) => void]): void => {
      setImmediate(() => args[0]('result'));
    }, hanging);

    handler((result) => results.push(result));
    await until(
      'a flush before the callback, beside that of the handler',
      () => flushes.length > 1,
    );
    expect(results).toEqual([]);
    for (const end of flushes) end();

    await until('the callback', () => results.length > 0);
    expect(results).toEqual(['result']);
  });

  it('calls back no sooner than the flush is over that has taken the spans', async () => {
    const results: string[] = [];
    let end = (): void => undefined;
    const hanging = new Promise<void>((resolve) => {
      end = resolve;
    });
    const flushes = [hanging, Promise.resolve()];
    const handler = withFlush(
      (...args: [(result: string) => void]): void => void setImmediate(() => args[0]('result')),
      { forceFlush: () => flushes.shift() ?? Promise.resolve() },
    );

    handler((result) => results.push(result));
    await until('both flushes', () => flushes.length === 0);
    await new Promise(setImmediate);
    expect(results).toEqual([]);
    end();

    await until('the callback', () => results.length > 0);
  });

  it('gives the result after timeoutMillis, and the spans to the Agent later', async () => {
    const agent = await openScriptedAgent();
    const held = holdReply();
    agent.answer(held.reply);
    const { exporter, span, target } = tracedFunction({ url: agent.url });
    const handler = withFlush(
      async (name: string) => {
        span(name);
        return name;
      },
      target,
      { timeoutMillis: 50 },
    );

    const { value, millis } = await timed(() => handler('first'));

    expect(value).toBe('first');
    expect(millis).toBeLessThan(PROMPT_MILLIS);
    expect(exporter.stats()).toMatchObject({ inFlight: 1, exported: 0, dropped: 0 });
    expect(lines).toContainEqual(
      expect.stringContaining('flush of an invocation ended after 50 ms'),
    );
    held.release();
    await handler('second');
    await exporter.forceFlush();
    expect(exporter.stats()).toMatchObject({ received: 2, exported: 2, dropped: 0 });
  });

  it('takes no more than a second by default', async () => {
    const server = await openFaultServer({ scripts: [[readAll, stall]] });
    const { span, target } = tracedFunction({ url: server.url });

    const { millis } = await timed(withFlush(async () => span(), target));

    expect(millis).toBeGreaterThan(900);
    expect(millis).toBeLessThan(PROMPT_MILLIS);
  });

  it('says so of a processor of ours as well, whose flush has the same limit', async () => {
    const server = await openFaultServer({ scripts: [[readAll, stall]] });
    const processor = new DatadogBatchSpanProcessor({
      exporter: openExporter({ url: server.url }),
    });
    const provider = new NodeTracerProvider({ spanProcessors: [processor] });
    const handler = withFlush(
      async () => provider.getTracer('tests').startSpan('work').end(),
      processor,
      { timeoutMillis: 50 },
    );

    await handler();

    expect(lines).toEqual([expect.stringContaining('flush of an invocation ended after 50 ms')]);
  });

  it('heeds the time that a Lambda has left, in the context of every kind of handler', async () => {
    const server = await openFaultServer({ scripts: [[readAll, stall]] });
    const { span, target } = tracedFunction({ url: server.url });
    const returned = withFlush(async (_event: object, _context: object) => span(), target, ENDLESS);
    const streaming = withFlush(
      async (_event: object, stream: Writable, _context: object) => void stream.end('x'),
      target,
      ENDLESS,
    );
    const callingBack = withFlush(
      (_event: object, _context: object, done: () => void): void => done(),
      target,
      ENDLESS,
    );
    const sink = new Writable({ write: (_chunk, _encoding, next) => next() });
    let isCalledBack = false;

    const { millis } = await timed(async () => {
      await returned({}, remaining(150));
      await streaming({}, sink, remaining(150));
      callingBack({}, remaining(150), () => {
        isCalledBack = true;
      });
      await until('the callback', () => isCalledBack);
    });

    expect(millis).toBeLessThan(PROMPT_MILLIS);
    expect(lines.filter((line) => line.includes('ended after 50 ms'))).toHaveLength(3);
  });
});

describe('withFlush under an Agent that is overloaded', () => {
  it('does not wait for a backoff: the last attempt comes at once', async () => {
    const server = await openFaultServer({ scripts: [answer(503), answer(503), ACCEPT] });
    const { exporter, span, target } = tracedFunction({ url: server.url });
    const handler = withFlush(async () => span(), target, ENDLESS);

    await handler();

    expect(server.requests).toBe(2); // with a backoff it would have come to a third
    expect(exporter.stats()).toMatchObject({ dropped: 1, inFlight: 0 });
    await handler();
    expect(exporter.stats()).toMatchObject({ dropped: 1, exported: 1 });
  });

  it('does not wait when the Agent says when to come back, and comes back then', async () => {
    const server = await openFaultServer({
      scripts: [answer(429, { headers: ['Retry-After: 4'] }), ACCEPT],
    });
    const { exporter, span, target } = tracedFunction({ url: server.url });
    const handler = withFlush(async () => span(), target, ENDLESS);

    const first = await timed(handler);
    const second = await timed(handler);

    expect(first.millis + second.millis).toBeLessThan(PROMPT_MILLIS);
    expect(exporter.stats()).toMatchObject({ exported: 1, inFlight: 1, dropped: 0 });
    expect(lines).toEqual([]);
    await exporter.forceFlush();
    expect(exporter.stats()).toMatchObject({ exported: 2, inFlight: 0 });
  });
});

describe('withFlush when little time is left', () => {
  it('sends nothing, and everything with the next invocation that has time', async () => {
    const agent = await openScriptedAgent();
    const { span, target } = tracedFunction({ url: agent.url });
    const handler = withFlush(async (_event: object, _context: object) => {
      span();
      return 'result';
    }, target);

    expect(await handler({}, remaining(80))).toBe('result');
    expect(agent.requests).toEqual([]);
    expect(lines).toEqual([expect.stringContaining('no time was left to flush')]);

    await handler({}, remaining(60_000));
    expect(agent.spans).toHaveLength(2);
  });

  it('does not know that of a context which says no number', async () => {
    const agent = await openScriptedAgent();
    const { span, target } = tracedFunction({ url: agent.url });
    const handler = withFlush(async (_event: object, _context: object) => span(), target);

    await handler({}, remaining(Number.NaN));

    expect(agent.spans).toHaveLength(1);
    expect(lines).toEqual([]);
  });
});

describe('withFlush when the flush fails', () => {
  it.each([
    ['the Agent refuses the spans', answer(400)],
    ['what listens there is no Agent', answer(404)],
  ])('gives the result all the same, and warns: %s', async (_name, script) => {
    const server = await openFaultServer({ scripts: [script] });
    const { exporter, span, target } = tracedFunction({ url: server.url });
    const handler = withFlush(async () => {
      span();
      return 'result';
    }, target);

    expect(await handler()).toBe('result');

    expect(exporter.stats()).toMatchObject({ dropped: 1 });
    expect(lines).toContainEqual(expect.stringContaining('the flush of an invocation failed: '));
  });

  it('does so too when nobody listens', async () => {
    const agent = await openScriptedAgent();
    await agent.close();
    const { span, target } = tracedFunction({ url: agent.url });
    const error = new Error('of the handler');
    const handler = withFlush(async () => {
      span();
      throw error;
    }, target);

    await expect(handler()).rejects.toBe(error);
    expect(lines).toContainEqual(expect.stringContaining('the flush of an invocation failed: '));
  });
});

describe('withFlush', () => {
  it('leaves no timer that would keep a Lambda waiting for an empty event loop', async () => {
    const agent = await openScriptedAgent();
    const { span, target } = tracedFunction({ url: agent.url });
    const before = armedTimers();
    const handler = withFlush((_event: object, _context: object, done: () => void): void => {
      span();
      done();
    }, target);

    const after = await new Promise<number>((resolve) => {
      handler({}, remaining(60_000), () => resolve(armedTimers()));
    });

    expect(after).toBeLessThanOrEqual(before); // one of an earlier test may have ended meanwhile
    expect(agent.spans).toHaveLength(1);
  });
});

/** Those that hold the event loop. */
function armedTimers(): number {
  return process.getActiveResourcesInfo().filter((type) => type === 'Timeout').length;
}
