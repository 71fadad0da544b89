// Owns what a trace chunk says of itself: the high half of its trace id, who decided to keep it and
// with which priority, and what upstream services passed on. Knows nothing of bytes.

import { SAMPLING_KEYS } from './attribute-rules.js';
import type { EncodableSpan, TraceChunk } from './trace-chunks.js';
import { memberOf, parseDatadogState } from './trace-state.js';

export interface ChunkTags {
  /** `_dd.p.tid`: the high half of the trace id, 16 hexadecimal digits; absent if it is zero. */
  readonly traceIdHigh: string | undefined;
  /** `_sampling_priority_v1`: above 0 keeps the trace. */
  readonly samplingPriority: number;
  /** `_dd.origin`: where the trace began; every span carries it. */
  readonly origin: string | undefined;
  /** `_dd.p.dm`, who decided, and the other `_dd.p.` tags of the trace. */
  readonly propagated: ReadonlyMap<string, string>;
}

const NO_TRACE_ID_HIGH = '0000000000000000';
const AUTO_KEEP = 1;
const DECISION_MAKER = '_dd.p.dm';
/** What the Agent gives a trace of the OTLP path that no rule of Datadog decided. */
const DECIDED_BY_OTEL_SAMPLER = '-9';
const DECIDED_BY_HAND = '-4';
const NOTHING: ReadonlyMap<string, string> = new Map();

/**
 * The tags of a chunk. `byHand` is the priority that its spans ask for; else the `dd` member of the
 * tracestate decides, else the trace is kept because the SDK's sampler let it through.
 */
export function chunkTags(chunk: TraceChunk, byHand: number | undefined): ChunkTags {
  const member = memberOf(chunk.traceState, 'dd');
  const upstream = member === undefined ? undefined : parseDatadogState(member);
  const propagated = new Map(upstream?.propagated ?? NOTHING);
  const samplingPriority = byHand ?? upstream?.samplingPriority ?? AUTO_KEEP;
  const decisionMaker =
    byHand === undefined
      ? (propagated.get(DECISION_MAKER) ?? assumedMaker(upstream))
      : DECIDED_BY_HAND;
  propagated.delete(DECISION_MAKER);
  if (samplingPriority > 0 && decisionMaker !== undefined) {
    propagated.set(DECISION_MAKER, decisionMaker);
  }
  const { highHex } = chunk.traceId;
  return {
    traceIdHigh: highHex === NO_TRACE_ID_HIGH ? undefined : highHex,
    samplingPriority,
    origin: upstream?.origin,
    propagated,
  };
}

/** The priority that the spans of a chunk ask for; the last one that asks wins. */
export function samplingPriorityOf(chunk: TraceChunk): number | undefined {
  return chunk.spans.map(({ span }) => priorityOf(span)).findLast((found) => found !== undefined);
}

/** An upstream decision whose maker is unknown is not ours to name. */
function assumedMaker(upstream: { samplingPriority: number | undefined } | undefined) {
  return upstream?.samplingPriority === undefined ? DECIDED_BY_OTEL_SAMPLER : undefined;
}

function priorityOf(span: EncodableSpan): number | undefined {
  try {
    const values = SAMPLING_KEYS.map((key): unknown => span.attributes[key]);
    return values.find((value): value is number => Number.isFinite(value));
  } catch {
    return undefined; // a span that cannot be read decides nothing
  }
}
