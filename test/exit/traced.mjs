// Owns the tracing of the scripts that are ended in these tests: the real SDK with its defaults, so that
// a span which was ended waits five seconds for its turn unless it is flushed.

import { diag, DiagLogLevel } from '@opentelemetry/api';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { DatadogSpanExporter } from '../../dist/index.js';

export { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
export {
  DatadogBatchSpanProcessor,
  DatadogSpanExporter,
  flushOnExit,
  ForkSafeSpanProcessor,
} from '../../dist/index.js';

export const exporter = new DatadogSpanExporter({ service: 'ending' });
export const provider = new NodeTracerProvider({
  spanProcessors: [new BatchSpanProcessor(exporter)],
});
export const target = [provider, exporter];

/** What the tests count. */
export function endSpans(count = 50, name = 'work') {
  const tracer = provider.getTracer('ending');
  for (let index = 0; index < count; index++) tracer.startSpan(name).end();
}

/** Lets a test read what is warned of. */
export function printWarnings() {
  const ignore = () => undefined;
  const warn = (...words) => console.log(words.at(-1));
  diag.setLogger({ error: ignore, warn, info: ignore, debug: ignore, verbose: ignore });
}

/** Calls back in the middle of the line that tells of an answer of the Agent. */
export function onAnswer(callback) {
  const ignore = () => undefined;
  const debug = (...words) => {
    if (words.join(' ').includes('answered')) callback();
  };
  const logger = { error: ignore, warn: ignore, info: ignore, debug, verbose: ignore };
  diag.setLogger(logger, { logLevel: DiagLogLevel.DEBUG, suppressOverrideMessage: true });
}

/** Calls back when the Agent has taken what has ended, however slow the machine is. */
export function onceSent(callback) {
  const watching = setInterval(() => {
    const { exported, buffered, inFlight } = exporter.stats();
    if (exported === 0 || buffered + inFlight > 0) return;
    clearInterval(watching);
    callback();
  }, 1);
}

/** Keeps the process until it is ended from outside, as a server does. */
export function serve() {
  return setInterval(() => undefined, 60_000);
}
