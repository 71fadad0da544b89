// Owns what can be flushed: its shape, what it is told, and the check of what an application gives. Knows nothing of
// how and when it is flushed.

import type { Tracer, TracerProvider } from '@opentelemetry/api';
import { hasMethods } from './lang/methods.js';
import { expectation } from './option-checks.js';

/**
 * What a drain tells those it flushes, so that nothing of theirs waits on when it has ended. The SDK's
 * processors take no heed of it, its tracer provider only of the time (from 2.12 on).
 */
export interface FlushOptions {
  /** Aborts when the drain has ended. */
  readonly signal: AbortSignal;
  /** What the whole drain may take, rounded up. */
  readonly timeoutMillis: number;
  /** To be called when all that is left waits for a moment that the Agent has named. */
  readonly onDeferred?: () => void;
}

/** An exporter, a span processor or a tracer provider: whatever holds spans and can be told to send them. */
export interface Flushable {
  forceFlush(options?: FlushOptions): Promise<void>;
}

/**
 * Several are flushed one after another: first what holds spans, last the exporter that sends them. A `TracerProvider`
 * is what `trace.getTracerProvider()` returns, all that an application has of one that `NodeSDK` makes: the provider
 * behind it is flushed, if any is registered by then.
 */
export type FlushTarget = Flushable | TracerProvider | readonly (Flushable | TracerProvider)[];

/** A `ProxyTracerProvider` of OpenTelemetry's API. */
interface ProviderProxy extends TracerProvider {
  getDelegate(): TracerProvider;
}

const FLUSHABLE =
  'a processor, an exporter or a provider with a method `forceFlush`, or a list of such; of a `NodeSDK`, its processor';

/**
 * What is to be flushed, in order.
 *
 * @throws TypeError unless `target` can be, or is a list of what can. An empty one would flush nothing.
 */
export function checkFlushTarget(name: string, target: unknown): readonly Flushable[] {
  if (!Array.isArray(target)) return [checkFlushable(name, target)];
  const targets: readonly unknown[] = target;
  if (targets.length === 0) throw new TypeError(expectation(name, FLUSHABLE, target));
  return targets.map((one, index) => checkFlushable(`${name}[${index}]`, one));
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

  /** What providers are known by. */
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
