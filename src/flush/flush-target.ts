// Owns what can be flushed: its shape, the options that it gets, and the check of what an application passes. Knows
// nothing of how and when it is flushed.

import type { Tracer, TracerProvider } from '@opentelemetry/api';
import { checkObject, expectation } from '../configuration/option-checks.js';
import { hasMethods } from '../lang/methods.js';

/**
 * What a drain passes to each target, so that no target goes on waiting when the drain has ended. The SDK's
 * processors ignore it; its tracer provider heeds only the time (from 2.12 on).
 */
export interface FlushOptions {
  /** Aborts when the drain has ended. */
  readonly signal: AbortSignal;
  /** Longest time of the whole drain, rounded up. */
  readonly timeoutMillis: number;
  /** To be called when all that is left waits for a time that the Agent has set. */
  readonly onDeferred?: () => void;
}

/** An exporter, a span processor or a tracer provider: whatever holds spans and can be told to send them. */
export interface Flushable {
  forceFlush(options?: FlushOptions): Promise<void>;
}

/**
 * A list is flushed in order: first what holds spans, last the exporter that sends them. A
 * `TracerProvider` is what `trace.getTracerProvider()` returns, all that an application has of a provider that
 * `NodeSDK` makes: the provider behind it is flushed, if one is registered by then.
 */
export type FlushTarget = Flushable | TracerProvider | readonly (Flushable | TracerProvider)[];

/** A `ProxyTracerProvider` of OpenTelemetry's API. */
interface ProviderProxy extends TracerProvider {
  getDelegate(): TracerProvider;
}

const FLUSHABLE =
  'a processor, an exporter or a provider with a method `forceFlush`, or a list of such; of a `NodeSDK`, its processor';

/**
 * The targets to flush, in order.
 *
 * @throws TypeError unless `target` can be flushed or is a list of what can. An empty list would flush nothing.
 */
export function checkFlushTarget(name: string, target: unknown): readonly Flushable[] {
  if (!Array.isArray(target)) return [checkFlushable(name, target)];
  const targets: readonly unknown[] = target;
  if (targets.length === 0) throw new TypeError(expectation(name, FLUSHABLE, target));
  return targets.map((one, index) => checkFlushable(`${name}[${index}]`, one));
}

/**
 * @param asList How several targets are passed. Without types, one after the other looks right as well.
 * @throws TypeError if `options` are none, but another target.
 */
export function checkFlushOptions(options: unknown, asList: string): void {
  checkObject(options);
  if (!isFlushable(options) && !isProviderProxy(options)) return;
  const instead = `got another target: several targets are one list, as in \`${asList}\``;
  throw new TypeError(`Expected \`options\` to be an object of options, ${instead}`);
}

function checkFlushable(name: string, target: unknown): Flushable {
  if (isFlushable(target)) return target;
  if (isProviderProxy(target)) return new RegisteredProvider(target);
  throw new TypeError(expectation(name, FLUSHABLE, target));
}

class RegisteredProvider implements Flushable {
  readonly #proxy: ProviderProxy;

  constructor(proxy: ProviderProxy) {
    this.#proxy = proxy;
  }

  /** The method by which providers are recognised. */
  getTracer(name: string): Tracer {
    return this.#proxy.getTracer(name);
  }

  async forceFlush(options?: FlushOptions): Promise<void> {
    const provider = this.#proxy.getDelegate();
    if (isFlushable(provider)) await provider.forceFlush(options);
  }
}

function isFlushable(value: unknown): value is Flushable {
  return hasMethods(value, ['forceFlush']);
}

function isProviderProxy(value: unknown): value is ProviderProxy {
  return hasMethods(value, ['getTracer', 'getDelegate']);
}
