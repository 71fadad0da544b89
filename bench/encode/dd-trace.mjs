// Owns the encoders of Datadog's tracer, which it does not export, and the spans that they take.

import { createRequire } from 'node:module';
import { decode } from '@msgpack/msgpack';

const require = createRequire(import.meta.url);
const DIRECTORY = '../node_modules/dd-trace/packages/dd-trace/src/';
const NO_WRITER = { flush() {} };

/** An identifier as the encoders want it, of hexadecimal digits. */
export const id = require(`${DIRECTORY}id.js`);

/** @param version `0.4` or `0.5` */
export function ddEncoder(version) {
  const { AgentEncoder } = require(`${DIRECTORY}encode/${version}.js`);
  const encoder = new AgentEncoder(NO_WRITER, Infinity);
  return (traces) => {
    for (const trace of traces) encoder.encode(trace);
    return encoder.makePayload().length;
  };
}

/** The traces in a payload of ours, so that both sides write the same tags. */
export function tracesIn(payload) {
  return decode(payload, { useBigInt64: true }).map((chunk) => chunk.map(ddSpan));
}

function ddSpan(span) {
  return {
    ...span,
    trace_id: idOf(span.trace_id),
    span_id: idOf(span.span_id),
    parent_id: idOf(span.parent_id),
    start: Number(span.start),
    duration: Number(span.duration),
  };
}

function idOf(bits) {
  return id(BigInt(bits).toString(16).padStart(16, '0'));
}
