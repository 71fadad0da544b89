import { describe, expect, it } from 'vitest';
import { withFlush } from '../../src/index.js';
import { holdReply } from '../support/held-reply.js';
import { openScriptedAgent, type ScriptedAgent } from '../support/scripted-agent.js';
import { until } from '../support/until.js';
import { type TracedFunction, tracedFunction } from './traced-function.js';

interface Setting extends TracedFunction {
  readonly agent: ScriptedAgent;
}

async function setUp(): Promise<Setting> {
  const agent = await openScriptedAgent();
  return { agent, ...tracedFunction({ url: agent.url }) };
}

type Done = (error: unknown, result?: unknown) => void;

/** What a platform's callback was called with. */
function callbackLog(): { calls: unknown[][]; callback: Done } {
  const calls: unknown[][] = [];
  return { calls, callback: (...results) => void calls.push(results) };
}

const result = { statusCode: 200 };
const event = { shelf: 'maps' };
const context = { awsRequestId: '1' };

describe('withFlush around a handler that returns a promise', () => {
  it('lets the result go once the Agent has the spans, and not before', async () => {
    const { agent, span, target } = await setUp();
    const held = holdReply();
    agent.answer(held.reply);
    let isDone = false;
    const handle = async (): Promise<typeof result> => {
      span();
      return result;
    };
    const handler = withFlush(handle, target, { timeoutMillis: 60_000 });

    const outcome = handler().finally(() => {
      isDone = true;
    });
    await agent.waitForRequests(1);
    expect(isDone).toBe(false);
    held.release();

    expect(await outcome).toBe(result);
    expect(agent.spans).toHaveLength(1);
  });

  it('rejects with what the handler rejects with, after the flush', async () => {
    const { agent, span, target } = await setUp();
    const reason = { not: 'even an error' };
    const handler = withFlush(async () => {
      span();
      throw reason;
    }, target);

    await expect(handler()).rejects.toBe(reason);

    expect(agent.spans).toHaveLength(1);
  });

  it('passes this and all arguments through', async () => {
    const { target } = await setUp();
    const seen: unknown[] = [];
    const self = {
      handler: withFlush(async function handle(this: unknown, ...args: unknown[]): Promise<void> {
        seen.push(this, ...args);
      }, target),
    };

    await self.handler(event, context, 'more');

    expect(seen).toEqual([self, event, context, 'more']);
    expect(seen[1]).toBe(event);
  });

  it('covers what an exporter took before the invocation ended, not only what a processor holds', async () => {
    const { agent, exporter, span, target } = await setUp();
    const handler = withFlush(() => Promise.resolve(span()), exporter);
    await handler();
    expect(agent.spans).toEqual([]);

    await withFlush(() => Promise.resolve(), target)();

    expect(agent.spans).toHaveLength(1);
  });

  it('serves invocations that overlap', async () => {
    const { agent, span, target } = await setUp();
    const handler = withFlush(async (number: number) => {
      span(`work ${number}`);
      return number;
    }, target);

    expect(await Promise.all([1, 2, 3].map((number) => handler(number)))).toEqual([1, 2, 3]);
    expect(agent.spans).toHaveLength(3);
  });
});

describe('withFlush around a handler that returns at once', () => {
  it('gives a promise of the value, after the flush', async () => {
    const { agent, span, target } = await setUp();
    const handler = withFlush((shelf: string) => {
      span();
      return shelf;
    }, target);

    expect(await handler('maps')).toBe('maps');
    expect(agent.spans).toHaveLength(1);
  });

  it('makes a rejection of what the handler throws, after the flush', async () => {
    const { agent, span, target } = await setUp();
    const error = new Error('no such shelf');
    const handler = withFlush((): string => {
      span();
      throw error;
    }, target);

    await expect(Promise.resolve(handler())).rejects.toBe(error);

    expect(agent.spans).toHaveLength(1);
  });

  it('flushes, and leaves the value alone, on a platform that gives a callback nobody asked for', async () => {
    const { agent, span, target } = await setUp();
    const { calls, callback } = callbackLog();
    const handler = withFlush((..._args: unknown[]) => {
      span();
      return 'to nobody';
    }, target);

    expect(handler(event, context, callback)).toBe('to nobody');

    await agent.waitForSpans(1);
    expect(calls).toEqual([]);
  });
});

describe('withFlush around a handler with a callback', () => {
  it('calls back with the same arguments once the Agent has the spans', async () => {
    const { agent, span, target } = await setUp();
    const held = holdReply();
    agent.answer(held.reply);
    const { calls, callback } = callbackLog();
    const handler = withFlush((_event: unknown, _context: unknown, done: Done): void => {
      span();
      setImmediate(() => done(null, result));
    }, target);

    expect(handler(event, context, callback)).toBeUndefined();
    await agent.waitForRequests(1);
    expect(calls).toEqual([]);
    held.release();

    await until('the callback', () => calls.length > 0);
    expect(calls).toEqual([[null, result]]);
    expect(calls[0]?.[1]).toBe(result);
  });

  it('covers a span that ends right behind the call of the callback', async () => {
    const { agent, tracer, target } = await setUp();
    const { calls, callback } = callbackLog();
    const handler = withFlush((_event: unknown, _context: unknown, done: Done): void => {
      const span = tracer.startSpan('work');
      done(null, result);
      span.end();
    }, target);

    handler(event, context, callback);

    await until('the callback', () => calls.length > 0);
    expect(agent.spans).toHaveLength(1);
  });

  it('calls back once, whatever the handler does, also with an error', async () => {
    const { agent, span, target } = await setUp();
    const { calls, callback } = callbackLog();
    const error = new Error('no such shelf');
    const handler = withFlush((_event: unknown, _context: unknown, done: Done): void => {
      span();
      done(error);
      done(null, result);
    }, target);

    handler(event, context, callback);
    await until('the callback', () => calls.length > 0);
    await furtherFlush(target);

    expect(calls).toEqual([[error]]);
    expect(agent.spans).toHaveLength(1);
  });

  it('passes on a callback and a promise, each once and in the order in which they came', async () => {
    const { span, target } = await setUp();
    const order: unknown[] = [];
    const handler = withFlush(async (_event: unknown, _context: unknown, done: Done) => {
      span();
      done(null, 'called back');
      return 'returned';
    }, target);

    const promise = handler(event, context, (_error, value) => void order.push(value));
    order.push(await promise);

    expect(order).toEqual(['called back', 'returned']);
  });

  it('makes a rejection of a result that cannot be looked at', async () => {
    const { agent, span, target } = await setUp();
    const { callback } = callbackLog();
    const unreadable = new Proxy(
      {},
      {
        get: () => {
          throw new Error('no then');
        },
      },
    );
    const handler = withFlush((_done: Done): unknown => {
      span();
      return unreadable;
    }, target);

    await expect(handler(callback)).rejects.toThrow('no then');
    expect(agent.spans).toHaveLength(1);
  });

  it('makes a rejection of what the handler throws before it calls back', async () => {
    const { target } = await setUp();
    const { calls, callback } = callbackLog();
    const error = new Error('no such shelf');
    const handler = withFlush((_event: unknown, _context: unknown, _done: Done): void => {
      throw error;
    }, target);

    await expect(Promise.resolve(handler(event, context, callback))).rejects.toBe(error);

    expect(calls).toEqual([]);
  });
});

describe('withFlush', () => {
  it.each([undefined, null, 'index.handler', {}])('refuses the handler %s', async (handler) => {
    const { target } = await setUp();

    expect(() => wrapAnything(handler, target)).toThrow(
      /^Expected `handler` to be a function, got /,
    );
  });

  it('refuses a target that cannot be flushed, and a time limit that is none', async () => {
    const { target } = await setUp();
    const handler = (): void => undefined;

    expect(() => wrapAnything(handler, {})).toThrow('Expected `target`');
    expect(() => withFlush(handler, target, { timeoutMillis: 0 })).toThrow(
      'Expected `timeoutMillis` to be an integer in [1, 2147483647], got `0` (number)',
    );
  });

  it.each([
    [null, '`null` (null)'],
    [500, '`500` (number)'],
    [[500], '`[…]` (array)'],
  ])('refuses the options %j', async (options, got) => {
    const { target } = await setUp();
    const handler = (): void => undefined;

    expect(() => wrapAnything(handler, target, options)).toThrow(
      new TypeError(`Expected \`options\` to be an object, got ${got}`),
    );
  });
});

/** Resolves when another flush is through, and with it all that was queued before. */
function furtherFlush(target: TracedFunction['target']): Promise<void> {
  return withFlush(() => Promise.resolve(), target)();
}

/** As from JavaScript. */
function wrapAnything(...args: readonly unknown[]): unknown {
  const wrapper: unknown = Reflect.apply(withFlush, undefined, args);
  return wrapper;
}
