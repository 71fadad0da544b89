// Owns the span processors that are compared, each with an exporter behind it. Only the one that is
// measured is loaded.

import { BatchSpanProcessor } from '@opentelemetry/sdk-trace';
import { batchesOf } from '../spans/batches.mjs';
import { rawClient } from '../sinks/raw-client.mjs';
import { SPANS_PER_FLUSH } from './flushes.mjs';

const PRODUCT = '../../dist/index.js';
const SUCCESS = { code: 0 };

/**
 * By name: makes `{ processor, ledger, takesAll }`. `ledger` is for those that keep one; `takesAll` says that it counts
 * every span that ends: the SDK's batch processor loses some by itself.
 */
export const PROCESSORS = {
  noproc: () => ({ processor: idleProcessor() }),
  noop: () => batching(exporter((_spans, callback) => callback(SUCCESS))),
  'raw socket': async ({ port }) => {
    const client = await rawClient({ port, host: '127.0.0.1' }, await bodyOfOneFlush());
    return batching(exporter((_spans, callback) => client.send(() => callback(SUCCESS))));
  },
  dispatch: async ({ url }) => {
    const { Client } = await import('undici');
    const client = new Client(url);
    const request = { method: 'PUT', path: '/v0.4/traces', body: await bodyOfOneFlush() };
    return batching(
      exporter((_spans, callback) => client.dispatch(request, onceAccepted(callback))),
    );
  },
  ours: async ({ url }) => {
    const { DatadogSpanExporter } = await import(PRODUCT);
    const ours = new DatadogSpanExporter({ url });
    return { ...batching(ours), ledger: () => ours.stats() };
  },
  'ours, streaming': async ({ url }) => {
    const { DatadogSpanExporter, DatadogBatchSpanProcessor } = await import(PRODUCT);
    const ours = new DatadogSpanExporter({ url });
    const processor = new DatadogBatchSpanProcessor({ exporter: ours });
    return { processor, ledger: () => ours.stats(), takesAll: true };
  },
  'otlp-proto': async ({ url }) => {
    const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-proto');
    return batching(new OTLPTraceExporter({ url: `${url}/v1/traces` }));
  },
  'otlp-http-json': async ({ url }) => {
    const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-http');
    return batching(new OTLPTraceExporter({ url: `${url}/v1/traces` }));
  },
  'otlp-grpc': async ({ grpcUrl }) => {
    const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-grpc');
    return batching(new OTLPTraceExporter({ url: grpcUrl }));
  },
  zipkin: async ({ url }) => {
    const { ZipkinExporter } = await import('@opentelemetry/exporter-zipkin');
    return batching(new ZipkinExporter({ url: `${url}/api/v2/spans` }));
  },
};

function batching(behind) {
  return { processor: new BatchSpanProcessor({ exporter: behind }) };
}

function exporter(export_) {
  return { export: export_, async forceFlush() {}, async shutdown() {} };
}

function onceAccepted(callback) {
  return {
    onRequestStart() {},
    onResponseStart() {},
    onResponseData() {},
    onResponseEnd: () => callback(SUCCESS),
    onResponseError: (_controller, error) => callback({ code: 1, error }),
  };
}

function idleProcessor() {
  return { onStart() {}, onEnd() {}, async forceFlush() {}, async shutdown() {} };
}

/** As large as what ours sends in a flush. */
async function bodyOfOneFlush() {
  const { ourEncoder } = await import('../encode/ours.mjs');
  const bodies = [];
  const spans = batchesOf('shop')().slice(0, SPANS_PER_FLUSH);
  ourEncoder()(spans, (body) => bodies.push(Buffer.from(body)));
  return Buffer.concat(bodies);
}
