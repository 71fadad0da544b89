// Owns how what a consumer and npm print is compared with what the Agent received. Runs nothing.

import type { ReceivedSpan } from '../../src/dev-agent/index.js';

/** A span's identity in the words of OpenTelemetry, as the consumers print it. */
export interface SpanIdentity {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentId: string;
  readonly name: string;
}

export function identityOf(span: ReceivedSpan): SpanIdentity {
  return {
    traceId: span.traceId,
    spanId: hexId(span.spanId),
    parentId: hexId(span.parentId),
    name: span.resource,
  };
}

/** The codes, such as `ERESOLVE`, of npm's warnings and errors; those without a code are left out. */
export function npmWarningCodes(stderr: string): readonly string[] {
  const codes = stderr.matchAll(/^npm (?:warn|error) (?:code )?(E[A-Z]{3,})\b/gmu);
  return [...new Set([...codes].map(([, code]) => code ?? ''))];
}

function hexId(id: bigint): string {
  return id.toString(16).padStart(16, '0');
}
