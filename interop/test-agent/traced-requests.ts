// Owns an application in a few lines: the real SDK, and requests that it traces.

import { context, SpanKind, SpanStatusCode, trace, type Tracer } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import type { Pipeline } from './pipelines.js';

export interface Provider {
  readonly tracer: Tracer;
  /** What the SDK has made so far, in the order in which it ended. */
  readonly spans: () => readonly ReadableSpan[];
}

/** The SDK with the pipeline under test, and beside it one that keeps what the SDK has made. */
export function openProvider({ processor }: Pipeline): Provider {
  const kept = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'shop', 'service.version': '1.4.2' }),
    spanProcessors: [processor, new SimpleSpanProcessor(kept)],
  });
  return { tracer: provider.getTracer('tests', '1.0.0'), spans: () => kept.getFinishedSpans() };
}

export const SPANS_PER_REQUEST = 3;

/** A request that asks another service and fails. */
export function recordRequest(tracer: Tracer, index: number): void {
  const root = tracer.startSpan('GET /carts/{id}', {
    kind: SpanKind.SERVER,
    attributes: { 'http.request.method': 'GET', 'http.route': '/carts/{id}', component: 'http' },
  });
  const parent = trace.setSpan(context.active(), root);
  const work = tracer.startSpan('price', { attributes: { index, half: 0.5, flag: true } }, parent);
  const peer = { 'peer.service': 'stock', '_dd.peer.service.source': 'peer.service' };
  const attributes = { ...peer, 'http.request.method': 'GET' };
  tracer.startSpan('GET', { kind: SpanKind.CLIENT, attributes }, parent).end();
  work.addEvent('priced', { amount: 12.5, currency: 'EUR' });
  work.end();
  root.recordException(new TypeError('no such cart: "7" 🐨'));
  root.setStatus({ code: SpanStatusCode.ERROR, message: 'broken' });
  root.end();
}
