// Owns the names of chunk tags, which describe a whole trace chunk. Knows nothing of their values.

/** The high half of the trace id. */
export const TRACE_ID_HIGH = '_dd.p.tid';
/** Who decided that the trace is kept. */
export const DECISION_MAKER = '_dd.p.dm';
/** Where the trace began. */
export const ORIGIN = '_dd.origin';
/** A metric: only 1 and 2 keep the trace. Source: datadog-agent, pkg/trace/sampler, `IsKeep`. */
export const SAMPLING_PRIORITY = '_sampling_priority_v1';
/** Prefix of the tags that upstream services passed on. */
export const PROPAGATED_PREFIX = '_dd.p.';
