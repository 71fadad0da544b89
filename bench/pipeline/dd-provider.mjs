// Owns Datadog's own tracer behind what generated traces use of a tracer provider, as thin as can be, so
// that both sides make the same spans with the same attributes and the same ones of the service.

import { createRequire } from 'node:module';
import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { RESOURCE_ATTRIBUTES } from '../spans/pipeline.mjs';

const FLUSHED_BY_HAND = 3_600_000;
/** Turns off what the tracer does besides tracing, and pins the protocol. */
const QUIET = {
  DD_INSTRUMENTATION_TELEMETRY_ENABLED: 'false',
  DD_REMOTE_CONFIGURATION_ENABLED: 'false',
  DD_TRACE_STARTUP_LOGS: 'false',
  DD_CRASHTRACKING_ENABLED: 'false',
  DD_TRACE_AGENT_PROTOCOL_VERSION: '0.4',
};

/** @returns `{ provider, flush }`; with `exports` false, traces end in nothing. */
export function ddProvider(url, { exports }) {
  Object.assign(process.env, QUIET);
  const dd = createRequire(import.meta.url)('dd-trace');
  const tags = RESOURCE_ATTRIBUTES;
  dd.init({ url, tags, service: 'shop-frontend', plugins: false, flushInterval: FLUSHED_BY_HAND });
  // None of these is public.
  const { _tracer: tracer } = dd;
  const { _processor: processor, _exporter: exporter } = tracer;
  if (!exports) processor.process = () => {};
  return {
    provider: { getTracer: (name) => new DdTracer(dd, name) },
    flush: () => new Promise((resolve) => exporter.flush(resolve)),
  };
}

class DdTracer {
  #dd;
  #name;

  constructor(dd, name) {
    this.#dd = dd;
    this.#name = name;
  }

  startSpan(resource, { kind = SpanKind.INTERNAL, attributes }, context = ROOT_CONTEXT) {
    const tags = { 'resource.name': resource, 'span.kind': SpanKind[kind].toLowerCase() };
    const span = this.#dd.startSpan(this.#name, {
      childOf: trace.getSpan(context)?.inner,
      tags: Object.assign(tags, attributes),
    });
    return new DdSpan(span);
  }
}

class DdSpan {
  #hasException = false;

  constructor(inner) {
    this.inner = inner;
  }

  setAttribute(key, value) {
    this.inner.setTag(key, value);
  }

  recordException(error) {
    this.#hasException = true;
    this.inner.setTag('error', error);
  }

  /** A status would overwrite the exception, which has the same tag and says more. */
  setStatus({ code }) {
    if (code !== SpanStatusCode.ERROR || this.#hasException) return;
    this.inner.setTag('error', true);
  }

  end() {
    this.inner.finish();
  }
}
