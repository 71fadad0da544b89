// Owns the work that the service pretends to do, and the spans around it.

const { scrypt } = require('node:crypto');
const { promisify } = require('node:util');
const { SpanStatusCode, trace } = require('@opentelemetry/api');

const tracer = trace.getTracer('shop');
const hash = promisify(scrypt);

/** Runs the work in a span of this name; the span records the exception, if it throws. */
function inSpan(name, work) {
  return tracer.startActiveSpan(name, async (span) => {
    try {
      return await work();
    } catch (error) {
      span.recordException(error);
      span.setStatus({ code: SpanStatusCode.ERROR, message: error.message });
      throw error;
    } finally {
      span.end();
    }
  });
}

/** A few milliseconds of real work off the event loop, in place of a database. */
function query() {
  return hash('demo', 'salt', 32, { N: 1024 });
}

module.exports = { inSpan, query };
