// Owns encoding in tests: settings that decide nothing, and bytes read back by the strict decoder of
// the development Agent.

import { checkChunk } from '../../src/dev-agent/chunk-rules.js';
import { decodePayload } from '../../src/dev-agent/payload-decoder.js';
import { checkSpan } from '../../src/dev-agent/span-rules.js';
import { checkTags } from '../../src/dev-agent/tag-rules.js';
import type { ReceivedSpan, Violation } from '../../src/dev-agent/index.js';
import type { ReadableSpan } from '../../src/index.js';
import type { MappingSettings } from '../../src/payload/span-writer.js';
import { V04Encoder } from '../../src/payload/v04-encoder.js';
import type { EncodedPart } from '../../src/payload/payload-series.js';
import { assertNoViolations } from './scripted-agent.js';

export const NO_SETTINGS: MappingSettings = {
  service: undefined,
  env: undefined,
  version: undefined,
  tags: {},
  environment: {
    service: undefined,
    env: undefined,
    version: undefined,
    tags: {},
    resourceAttributes: new Map(),
  },
  exceptionTags: true,
  runtimeId: '11111111-2222-4333-8444-555555555555',
  processId: 4711,
};

export const FOUR_MIB: number = 4 * 1024 * 1024;

export function encode(
  spans: readonly ReadableSpan[],
  settings: Partial<MappingSettings> = {},
  maxPayloadBytes: number = FOUR_MIB,
): EncodedPart {
  return encodeWith(new V04Encoder({ ...NO_SETTINGS, ...settings }, maxPayloadBytes), spans);
}

/** All of a batch in one go. */
export function encodeWith(encoder: V04Encoder, spans: readonly ReadableSpan[]): EncodedPart {
  return encoder.begin(spans).advance(Infinity);
}

/** The chunks of a payload; throws if the Agent would object to any of them, or to anything in it. */
export function decodeStrictly(body: Uint8Array): readonly (readonly ReceivedSpan[])[] {
  const violations: Violation[] = [];
  const chunks = decodePayload(body, (violation) => violations.push(violation));
  for (const chunk of chunks) violations.push(...checkChunk(chunk, 'chunk'));
  for (const span of chunks.flat()) {
    violations.push(...checkSpan(span, 'span'), ...checkTags(span, 'span'));
  }
  assertNoViolations({ violations });
  return chunks;
}

/** What the Agent reads of a single span. */
export function roundTrip(span: ReadableSpan, settings?: Partial<MappingSettings>): ReceivedSpan {
  const { payloads } = encode([span], settings);
  const [received] = payloads.flatMap(({ body }) => decodeStrictly(body)).flat();
  if (received === undefined) throw new Error('the span was dropped');
  return received;
}
