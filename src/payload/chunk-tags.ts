// Owns the tags of a trace chunk: the high half of its trace id, who decided to keep it and with which
// priority, and what upstream services passed on. Knows nothing of bytes.

import { SAMPLING_ATTRIBUTE, SAMPLING_KEYS } from './attribute-rules.js';
import { DECISION_MAKER, SAMPLING_PRIORITY } from './chunk-tag-names.js';
import type { EncodableSpan } from './encodable-span.js';
import { parseSpanId } from './identifiers.js';
import type { TraceChunk } from './trace-chunks.js';
import { memberOf, parseDatadogState } from './trace-state.js';

interface PropagatedTag {
  readonly key: string;
  readonly value: string;
}

export interface ChunkTags {
  /** Whether `_dd.p.tid`, the high half of the trace id, is not zero: then it is sent. */
  readonly hasTraceIdHigh: boolean;
  /** `_sampling_priority_v1`: only 1 and 2 keep the trace. */
  readonly samplingPriority: number;
  /** `_dd.origin`: where the trace began; every span carries it. */
  readonly origin: string | undefined;
  /** `_dd.p.dm`: who decided that the trace is kept. */
  readonly decisionMaker: string | undefined;
  /** The other `_dd.p.` tags of the trace. */
  readonly propagated: readonly PropagatedTag[];
}

/** The tags of a span's chunk, and whether the span is the first there. */
export interface ChunkPlace {
  readonly tags: ChunkTags;
  readonly isFirst: boolean;
}

const NO_TRACE_ID_HIGH = '0000000000000000';
const AUTO_KEEP = 1;
/** What the Agent sets for a trace of its OTLP path on which no rule of Datadog decided. */
const DECIDED_BY_OTEL_SAMPLER = '-9';
const DECIDED_BY_HAND = '-4';

/** Tags of a trace on which nobody but the SDK's sampler has decided. */
const KEPT: ChunkTags = {
  hasTraceIdHigh: true,
  samplingPriority: AUTO_KEEP,
  origin: undefined,
  decisionMaker: DECIDED_BY_OTEL_SAMPLER,
  propagated: [],
};
const KEPT_WITH_SHORT_ID: ChunkTags = { ...KEPT, hasTraceIdHigh: false };

/** For a span that is encoded without chunk tags, before those of its chunk are known. */
export const NO_PLACE: ChunkPlace = {
  tags: { ...KEPT_WITH_SHORT_ID, decisionMaker: undefined },
  isFirst: false,
};

/**
 * The tags of a chunk. `byHand` is the priority that its spans ask for; else the `dd` member of the
 * tracestate decides, else the trace is kept because the SDK's sampler let it through.
 */
export function chunkTags(
  { traceIdHex, traceState }: Pick<TraceChunk, 'traceIdHex' | 'traceState'>,
  byHand: number | undefined,
): ChunkTags {
  const hasTraceIdHigh = !traceIdHex.startsWith(NO_TRACE_ID_HIGH);
  const member = memberOf(traceState, 'dd');
  const upstream = member === undefined ? undefined : parseDatadogState(member);
  if (upstream === undefined && byHand === undefined) {
    return hasTraceIdHigh ? KEPT : KEPT_WITH_SHORT_ID;
  }
  const samplingPriority = byHand ?? upstream?.samplingPriority ?? AUTO_KEEP;
  const passedOn = upstream?.propagated;
  const decisionMaker =
    byHand === undefined
      ? (passedOn?.get(DECISION_MAKER) ?? assumedMaker(upstream))
      : DECIDED_BY_HAND;
  const propagated: PropagatedTag[] = [];
  for (const [key, value] of passedOn ?? []) {
    if (key !== DECISION_MAKER) propagated.push({ key, value });
  }
  return {
    hasTraceIdHigh,
    samplingPriority,
    origin: upstream?.origin,
    decisionMaker: samplingPriority > 0 ? decisionMaker : undefined,
    propagated,
  };
}

/**
 * The priority that the spans of a chunk ask for; the last one that asks wins. Allocates nothing, because
 * all spans of a trace are read in one go, and a trace may have 100 000.
 */
export function samplingPriorityOf({ spans }: TraceChunk): number | undefined {
  for (let index = spans.length - 1; index >= 0; index--) {
    const span = spans[index];
    const priority = span === undefined ? undefined : priorityOf(span);
    if (priority !== undefined) return priority;
  }
  return undefined;
}

/** The maker of an upstream decision is not ours to name if upstream did not. */
function assumedMaker(upstream: { samplingPriority: number | undefined } | undefined) {
  return upstream?.samplingPriority === undefined ? DECIDED_BY_OTEL_SAMPLER : undefined;
}

/** The priority that a span asks for. A span that no Agent would take is not sent, and decides nothing. */
export function priorityOf(
  span: Pick<EncodableSpan, 'attributes' | 'spanContext'>,
): number | undefined {
  try {
    const priority = askedPriority(span.attributes);
    if (priority === undefined) return undefined;
    return parseSpanId(span.spanContext().spanId) === undefined ? undefined : priority;
  } catch {
    return undefined; // a span that cannot be read decides nothing
  }
}

/** If both keys are there, the first one among the attributes counts, as on the OTLP path. */
function askedPriority(attributes: EncodableSpan['attributes']): number | undefined {
  const plain = finite(attributes[SAMPLING_ATTRIBUTE]);
  const tag = finite(attributes[SAMPLING_PRIORITY]);
  if (plain === undefined || tag === undefined) return plain ?? tag;
  const first = Object.keys(attributes).find((key) => SAMPLING_KEYS.includes(key));
  return first === SAMPLING_PRIORITY ? tag : plain;
}

function finite(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}
