// Owns the span that scripts export where nothing of it matters but its id.

/** @param {string} spanId 16 hexadecimal digits. The span is a trace of its own. */
export function plainSpan(spanId, resource = { attributes: {} }) {
  const traceId = spanId.padStart(32, 'a');
  return {
    name: 'n',
    kind: 0,
    startTime: [1700000000, 0],
    endTime: [1700000001, 0],
    attributes: {},
    resource,
    spanContext: () => ({ traceId, spanId, traceFlags: 1 }),
  };
}
