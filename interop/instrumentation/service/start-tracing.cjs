// Owns the tracing of the service: NodeSDK with all instrumentations that are on by default, and one of
// three pipelines. Gets its modules from tracing.mjs or tracing.cjs.

const { writeSync } = require('node:fs');

const STDOUT = 1;
/** So that spans are sent while requests are served, and from within them. */
const OFTEN = { scheduledDelayMillis: 20, maxExportBatchSize: 4 };

/**
 * `PIPELINE` is `exporter`, where NodeSDK makes a BatchSpanProcessor of its own, `sdk`, where that is
 * made here, or `own`, with the processor of the package. With the latter two there is a witness.
 */
exports.startTracing = function startTracing({ sdk, spans, instrumentations, exporters }) {
  const timeoutMillis = Number(process.env.EXPORT_TIMEOUT_MILLIS);
  const exporter = new exporters.DatadogSpanExporter({ timeoutMillis });
  const pipelines = {
    exporter: () => ({ traceExporter: exporter }),
    sdk: () => ({ spanProcessors: [sdkProcessor(spans, exporter), witness] }),
    own: () => ({ spanProcessors: [ownProcessor(exporters, exporter), witness] }),
  };
  const node = new sdk.NodeSDK({
    ...pipelines[process.env.PIPELINE](),
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
