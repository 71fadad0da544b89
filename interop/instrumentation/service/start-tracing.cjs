// Owns the tracing of the service: NodeSDK with all instrumentations that are on by default, and one of
// four pipelines. Gets its modules from tracing.mjs or tracing.cjs.

const { writeSync } = require('node:fs');

const STDOUT = 1;
/** So that spans are sent while requests are served, and from within them. */
const OFTEN = { scheduledDelayMillis: 20, maxExportBatchSize: 4 };

/**
 * `PIPELINE` is `exporter`, where NodeSDK makes a BatchSpanProcessor of its own, `sdk`, where that is
 * made here, `safe`, where it is inside a ForkSafeSpanProcessor, or `own`, with the batch processor of
 * the package. With all but the first there is a witness.
 */
exports.startTracing = function startTracing({ sdk, spans, instrumentations, exporters }) {
  const timeoutMillis = Number(process.env.EXPORT_TIMEOUT_MILLIS);
  const exporter = new exporters.DatadogSpanExporter({ timeoutMillis });
  const createProcessor = (inner) => sdkProcessor(spans, inner);
  const processors = {
    sdk: () => createProcessor(exporter),
    safe: () => new exporters.ForkSafeSpanProcessor({ exporter, createProcessor }),
    own: () => ownProcessor(exporters, exporter),
  };
  const makeProcessor = processors[process.env.PIPELINE];
  const node = new sdk.NodeSDK({
    ...(makeProcessor === undefined
      ? { traceExporter: exporter }
      : { spanProcessors: [makeProcessor(), witness] }),
    instrumentations: instrumentations.getNodeAutoInstrumentations(),
  });
  node.start();
  // Behind the SDK's processor it rejects when spans are lost.
  process.once('SIGTERM', () => void node.shutdown().catch((error) => console.error(error)));
};

/** Takes an object of options since SDK 3. */
function sdkProcessor({ BatchSpanProcessor }, exporter) {
  const isThree = process.env.TRACE_SDK === '@opentelemetry/sdk-trace';
  return isThree
    ? new BatchSpanProcessor({ exporter, ...OFTEN })
    : new BatchSpanProcessor(exporter, OFTEN);
}

function ownProcessor({ DatadogBatchSpanProcessor }, exporter) {
  const { scheduledDelayMillis } = OFTEN;
  return new DatadogBatchSpanProcessor({ exporter, scheduledDelayMillis });
}

/** Prints every span as it ends, whether or not any exporter gets it. */
const witness = {
  onStart() {},
  onEnd(span) {
    const { traceId, spanId } = span.spanContext();
    const parentId = span.parentSpanContext?.spanId;
    const { name, attributes, instrumentationScope } = span;
    const seen = { traceId, spanId, parentId, name, attributes, scope: instrumentationScope.name };
    writeSync(STDOUT, `${JSON.stringify(seen)}\n`);
  },
  async forceFlush() {},
  async shutdown() {},
};
