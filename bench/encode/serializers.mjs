// Owns what is compared: each makes bytes of a batch of spans and says how many. Only the one that is
// measured is loaded.

import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const ZIPKIN_TRANSFORM = '../node_modules/@opentelemetry/exporter-zipkin/dist/transform.cjs';

/** By name: makes `{ encode, prepare }`. What `prepare` does to a batch beforehand costs nothing. */
export const SERIALIZERS = {
  ours: async () => {
    const { ourEncoder } = await import('./ours.mjs');
    const encode = ourEncoder();
    return serializer((spans) => {
      let bytes = 0;
      encode(spans, (body) => (bytes += body.length));
      return bytes;
    });
  },
  'otlp-proto': async () => {
    const { ProtobufTraceSerializer } = await import('@opentelemetry/otlp-transformer');
    return serializer((spans) => ProtobufTraceSerializer.serializeRequest(spans).length);
  },
  'otlp-json': async () => {
    const { JsonTraceSerializer } = await import('@opentelemetry/otlp-transformer');
    return serializer((spans) => JsonTraceSerializer.serializeRequest(spans).length);
  },
  zipkin: async () => {
    const { toZipkinSpan } = require(ZIPKIN_TRANSFORM);
    const mapped = (span) => toZipkinSpan(span, 'shop-frontend', 'otel.status_code', 'error');
    return serializer((spans) => Buffer.from(JSON.stringify(spans.map(mapped))).length);
  },
  'map + dd-trace 0.4': () => mapAndDdTrace('0.4'),
  'map + dd-trace 0.5': () => mapAndDdTrace('0.5'),
  'dd-trace 0.4, same tags': async () => {
    const { ddEncoder, tracesIn } = await import('./dd-trace.mjs');
    const { ourEncoder } = await import('./ours.mjs');
    const encode = ourEncoder();
    const prepare = (spans) => {
      const traces = [];
      encode(spans, (body) => traces.push(...tracesIn(body)));
      return traces;
    };
    return { prepare, encode: ddEncoder('0.4') };
  },
  'map + msgpackr': async () => {
    const { Packr } = await import('msgpackr');
    const packr = new Packr({
      useRecords: false,
      variableMapSize: true,
      largeBigIntToFloat: false,
    });
    const { plainTraces } = await import('./plain-spans.mjs');
    return serializer((spans) => packr.pack(plainTraces(spans, bigId)).length);
  },
  'map + @msgpack/msgpack': async () => {
    const { Encoder } = await import('@msgpack/msgpack');
    const encoder = new Encoder({ useBigInt64: true });
    const { plainTraces } = await import('./plain-spans.mjs');
    return serializer((spans) => encoder.encodeSharedRef(plainTraces(spans, bigId)).length);
  },
  'JSON.stringify(attributes)': () =>
    serializer((spans) => {
      let length = 0;
      for (const { attributes } of spans) length += JSON.stringify(attributes).length;
      return length;
    }),
};

function serializer(encode) {
  return { prepare: (spans) => spans, encode };
}

async function mapAndDdTrace(version) {
  const { ddEncoder, id } = await import('./dd-trace.mjs');
  const { plainTraces } = await import('./plain-spans.mjs');
  const encode = ddEncoder(version);
  return serializer((spans) => encode(plainTraces(spans, id)));
}

function bigId(hex) {
  return BigInt(`0x${hex}`);
}
