// Owns the ids of all spans that ended in this process, so that the demo can tell whether each of
// them reached the Agent. A span processor of the SDK, next to the one that exports.

class SpanRegister {
  ids = [];

  onStart() {}

  onEnd(span) {
    const { traceId, spanId } = span.spanContext();
    this.ids.push(`${traceId}:${spanId}`);
  }

  async forceFlush() {}

  async shutdown() {}
}

module.exports = { SpanRegister };
