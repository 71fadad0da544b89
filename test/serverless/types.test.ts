// Owns the agreement of `withFlush` with the types of handlers; `npm run typecheck` is what proves it.

import type { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { describe, expectTypeOf, it } from 'vitest';
import {
  type DatadogSpanExporter,
  type Flushable,
  type FlushTarget,
  withFlush,
} from '../../src/index.js';

interface Context {
  getRemainingTimeInMillis(): number;
}
type Callback<T> = (error?: Error | string | null, result?: T) => void;
/** The shape of `Handler` in `@types/aws-lambda`. */
type LambdaHandler<E, T> = (event: E, context: Context, callback: Callback<T>) => void | Promise<T>;
interface Order {
  readonly id: string;
}

const target: FlushTarget = { forceFlush: async () => undefined };

describe('the types of withFlush', () => {
  it('take what the SDK and this package have to flush', () => {
    expectTypeOf<NodeTracerProvider>().toExtend<Flushable>();
    expectTypeOf<BatchSpanProcessor>().toExtend<Flushable>();
    expectTypeOf<DatadogSpanExporter>().toExtend<Flushable>();
    expectTypeOf<readonly [NodeTracerProvider, DatadogSpanExporter]>().toExtend<FlushTarget>();
  });

  it('keep the type of a handler that is async or calls back', () => {
    const handler: LambdaHandler<Order, string> = async ({ id }) => id;
    const marked = Object.assign(async (order: Order) => order.id, { version: 3 });
    const generic = async <T>(value: T): Promise<T> => value;

    expectTypeOf(withFlush(handler, target)).toEqualTypeOf(handler);
    expectTypeOf(withFlush(marked, target)).toEqualTypeOf(marked);
    expectTypeOf(withFlush(generic, target)(1)).toEqualTypeOf<Promise<number>>();
    expectTypeOf(
      withFlush((_order: Order) => undefined, target),
    ).returns.toEqualTypeOf<undefined>();
  });

  it('say that what returns at once returns a promise instead', () => {
    const handler = withFlush(({ id }: Order, count: number) => id.repeat(count), target);

    expectTypeOf(handler).parameters.toEqualTypeOf<[Order, number]>();
    expectTypeOf(handler).returns.toEqualTypeOf<string | Promise<string>>();
  });

  it('give an inline handler the types of its place', () => {
    const handler: LambdaHandler<Order, string> = withFlush(async (event, context) => {
      expectTypeOf(event).toEqualTypeOf<Order>();
      expectTypeOf(context).toEqualTypeOf<Context>();
      return event.id;
    }, target);

    expectTypeOf(handler).toEqualTypeOf<LambdaHandler<Order, string>>();
  });
});
