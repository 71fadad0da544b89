// Owns the promise that bytes that wait to be sent are bounded: looked at after every move of the ledger, as
// the memory of all buffers of the process. Knows nothing of why they wait.

import type { DatadogSpanExporterOptions } from '../../src/index.js';

const MIB = 1_024 * 1_024;
/** Defaults of the exporter and of `DatadogBatchSpanProcessor`. */
const MAX_PENDING_BYTES = 32 * MIB;
const MAX_QUEUE_BYTES = 8 * MIB;
/**
 * What is in use besides: payloads being written, the same bytes again as the Agent of the test reads them in this
 * process, and buffers that nobody has collected yet.
 */
const SLACK_BYTES = 160 * MIB;

/** Returns a function that says what is wrong with the memory that was taken since; nothing, as a rule. */
export function watchMemory({
  maxPendingBytes = MAX_PENDING_BYTES,
}: DatadogSpanExporterOptions): () => readonly string[] {
  const before = process.memoryUsage().arrayBuffers;
  const limit = maxPendingBytes + MAX_QUEUE_BYTES + SLACK_BYTES;
  return () => {
    const taken = process.memoryUsage().arrayBuffers - before;
    return taken <= limit ? [] : [`holds ${taken} bytes`];
  };
}
