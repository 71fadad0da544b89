// Owns what the Agent makes of a whole trace request: refused, or accepted with some trace chunks
// dropped. A pure function of headers and body; knows nothing of sockets.

import { checkChunk } from './chunk-rules.js';
import { checkHeaders, checkTraceCount, refuseByHeaders, type Headers } from './header-rules.js';
import { decodePayload } from './payload-decoder.js';
import type { ReceivedSpan } from './received-span.js';
import { checkSpan } from './span-rules.js';
import { checkTags } from './tag-rules.js';
import { PayloadRefused, type Violation } from './violation.js';
import { ViolationLog } from './violation-log.js';

type Chunk = readonly ReceivedSpan[];

/** What becomes of a trace request. */
export type Verdict =
  | {
      readonly outcome: 'accepted';
      readonly violations: readonly Violation[];
      readonly chunks: readonly Chunk[];
      /** Those of `chunks` that the Agent keeps. */
      readonly keptChunks: readonly Chunk[];
    }
  | {
      readonly outcome: 'refused';
      readonly violations: readonly Violation[];
      readonly status: number;
      readonly reason: string;
    };

const DECODING_ERROR_STATUS = 400;

export function judge(headers: Headers, body: Uint8Array): Verdict {
  const log = new ViolationLog();
  log.addAll(checkHeaders(headers));
  const refusal = refuseByHeaders(headers);
  if (refusal !== undefined) return refuse(refusal.status, refusal.violation, log);
  try {
    const chunks = decodePayload(body, (violation) => log.add(violation));
    log.addAll(checkTraceCount(headers, chunks.length));
    return accept(chunks, log);
  } catch (error) {
    if (!(error instanceof PayloadRefused)) throw error;
    return refuse(DECODING_ERROR_STATUS, error.violation, log);
  }
}

function accept(chunks: readonly Chunk[], log: ViolationLog): Verdict {
  const keptChunks: Chunk[] = [];
  for (const [chunkIndex, spans] of chunks.entries()) {
    const path = `chunk ${chunkIndex}`;
    const chunkViolations = checkChunk(spans, path);
    if (chunkViolations.every(({ effect }) => effect !== 'dropped')) keptChunks.push(spans);
    log.addAll(chunkViolations);
    for (const [spanIndex, span] of spans.entries()) {
      const spanPath = `${path}, span ${spanIndex}`;
      log.addAll(checkSpan(span, spanPath));
      log.addAll(checkTags(span, spanPath));
    }
  }
  return { outcome: 'accepted', violations: log.violations, chunks, keptChunks };
}

function refuse(status: number, violation: Violation, log: ViolationLog): Verdict {
  // Not added through the log, which may be full: this is the violation that matters.
  const violations = [...log.violations, violation];
  return { outcome: 'refused', violations, status, reason: violation.message };
}
