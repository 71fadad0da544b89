// Owns wrapping the handler of a serverless function, so that its spans are sent before the platform
// gets its result. Knows the shapes of handlers; how long a flush may take is the business of
// `Invocation`.

import { isAsyncFunction } from 'node:util/types'; // on Node 24, importing all of `node:util` opens stderr
import { checkInteger, expectation, TIMER } from './configuration/option-checks.js';
import { type OptionNames, warnOfUnknownOptions } from './configuration/unknown-options.js';
import { Diagnostics } from './diagnostics.js';
import { checkFlushOptions, checkFlushTarget, type FlushTarget } from './flush/flush-target.js';
import { Invocation, type InvocationSettings } from './flush/invocation.js';
import { systemClock } from './lang/clock.js';
import { hasMethods } from './lang/methods.js';
import { settleOnce } from './lang/settle-once.js';
import { isOnLambda } from './options.js';

export interface WithFlushOptions {
  /**
   * Longest time that all flushes of an invocation may add to it, 1 to 2 147 483 647. Less if the platform grants less:
   * they end 100 ms before the time of `context.getRemainingTimeInMillis()` is up.
   *
   * @default 1000
   */
  readonly timeoutMillis?: number | undefined;
}

type Handler = (...args: never[]) => unknown;
type Callback = (...args: readonly unknown[]) => unknown;

/** An Agent on this machine answers within milliseconds, and Lambda's default time limit is 3 s. */
const DEFAULT_TIMEOUT_MILLIS = 1_000;
const KNOWN_OPTIONS: OptionNames<WithFlushOptions> = { timeoutMillis: true };

/**
 * Lambda's runtime for Node 24 takes a handler with three or more parameters for one with a callback, and
 * refuses to load it unless it streams. Source: `src/function/callback-deprecation.ts` of
 * github.com/aws/aws-lambda-nodejs-runtime-interface-client at 90b5b5b. Elsewhere the length stays: Google's functions
 * framework passes its callback only to a handler with three parameters.
 */
const MAX_ASYNC_PARAMETERS = 2;

/**
 * Wraps the handler of a serverless function: `target` is flushed after the handler has settled and before
 * the platform gets the result. List what holds spans first and the exporter last:
 * `withFlush(handler, [provider, exporter])`.
 *
 * The handler may return a promise or a value, call back, or stream its response (wrap it before or after
 * `awslambda.streamifyResponse`). `this`, arguments, result and error are passed on unchanged, and a callback
 * is called once; if the handler throws, the wrapper returns a promise that rejects. A flush that fails or
 * takes too long is warned about through `diag`.
 *
 * The wrapper has the name, properties and length of the handler, so that the platform treats both alike;
 * on AWS Lambda, the length of an async function is at most 2.
 *
 * @throws TypeError or RangeError for an argument of the wrong type or range.
 */
export function withFlush<H extends (...args: never[]) => PromiseLike<unknown> | void>(
  handler: H,
  target: FlushTarget,
  options?: WithFlushOptions,
): H;
export function withFlush<A extends unknown[], R>(
  handler: (...args: A) => R,
  target: FlushTarget,
  options?: WithFlushOptions,
): (...args: A) => R | Promise<R>;
export function withFlush(
  handler: Handler,
  target: FlushTarget,
  options: WithFlushOptions = {},
): Handler {
  if (typeof handler !== 'function') {
    throw new TypeError(expectation('handler', 'a function', handler));
  }
  checkFlushOptions(options, 'withFlush(handler, [provider, exporter])');
  warnOfUnknownOptions('withFlush', options, KNOWN_OPTIONS);
  const timeoutMillis = checkInteger('timeoutMillis', options.timeoutMillis, TIMER);
  const settings: InvocationSettings = {
    targets: checkFlushTarget('target', target),
    timeoutMillis: timeoutMillis ?? DEFAULT_TIMEOUT_MILLIS,
    clock: systemClock,
    diagnostics: new Diagnostics(systemClock),
  };
  function wrapper(this: unknown, ...args: unknown[]): unknown {
    const open = (): Invocation => new Invocation(settings, () => remainingMillis(args));
    const call = (passed: readonly unknown[]): unknown => Reflect.apply(handler, this, passed);
    return invoke(call, { args, declared: handler.length, open });
  }
  return disguise(wrapper, handler);
}

interface Call {
  readonly args: readonly unknown[];
  /** Number of parameters that the handler declares. */
  readonly declared: number;
  readonly open: () => Invocation;
}

function invoke(
  handler: (args: readonly unknown[]) => unknown,
  { args, declared, open }: Call,
): unknown {
  const invocation = open();
  const callback = args.at(-1);
  let early: Promise<void> | undefined;
  const flush = async (): Promise<void> => {
    await invocation.flush();
    await early; // it may have taken the spans; it began before, with the same limit, and ends in time
  };
  let result: unknown;
  try {
    if (!isCallback(callback)) return flushed(handler(args), invocation);
    result = handler([...args.slice(0, -1), flushing(callback, flush)]);
    if (isThenable(result)) return flushed(result, invocation);
  } catch (error) {
    return flushed(Promise.reject(error), invocation);
  }
  // A platform that passes a callback ends the invocation when it is called, or else when nothing is left
  // to do. It ignores the value that a handler returns, but would take a promise for the result. A handler that may
  // not know of the callback is flushed now, too, which takes none of the time of a flush before a callback.
  if (declared < args.length) early = open().flush();
  return result;
}

/** Settles as `result` does, once the flush that follows it is over. */
async function flushed(result: unknown, invocation: Invocation): Promise<unknown> {
  try {
    return await result;
  } finally {
    await invocation.flush();
  }
}

/** A callback that passes its first call on to `callback`, once the flush is over. */
function flushing(callback: Callback, flush: () => Promise<void>): Callback {
  const callBack = async (results: readonly unknown[]): Promise<void> => {
    await flush();
    callback(...results);
  };
  const callBackOnce = settleOnce((results: readonly unknown[]) => void callBack(results));
  return (...results) => callBackOnce(results);
}

/** Makes `wrapper` look like `handler` to whoever inspects it. */
function disguise(wrapper: Handler, handler: Handler): Handler {
  const { length } = handler;
  const isLimited = isAsyncFunction(handler) && isOnLambda();
  const shown = isLimited ? Math.min(length, MAX_ASYNC_PARAMETERS) : length;
  Object.defineProperties(wrapper, {
    ...Object.getOwnPropertyDescriptors(handler),
    length: { value: shown, configurable: true },
  });
  // Lambda's runtime up to Node 22 knows an async function by the name of its constructor.
  Reflect.setPrototypeOf(wrapper, Reflect.getPrototypeOf(handler));
  return wrapper;
}

/** Time left according to the Lambda context, which is the second argument, or the third of a streaming handler. */
function remainingMillis(args: readonly unknown[]): number {
  for (const context of args) {
    const remaining = hasRemainingTime(context) ? context.getRemainingTimeInMillis() : undefined;
    if (typeof remaining === 'number' && !Number.isNaN(remaining)) return remaining;
  }
  return Infinity;
}

function hasRemainingTime(value: unknown): value is { getRemainingTimeInMillis(): unknown } {
  return hasMethods(value, ['getRemainingTimeInMillis']);
}

function isCallback(value: unknown): value is Callback {
  return typeof value === 'function';
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return hasMethods(value, ['then']);
}
