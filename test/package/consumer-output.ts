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

/** What a consumer prints of the end of its pipeline. */
export interface PipelineEnd {
  readonly account: unknown;
  readonly shutdownMillis: number;
}

export function endOf(stdout: string): PipelineEnd {
  const printed: unknown = JSON.parse(stdout);
  if (typeof printed === 'object' && printed !== null) {
    const shutdownMillis: unknown = Reflect.get(printed, 'shutdownMillis');
    if (typeof shutdownMillis === 'number') {
      return { account: Reflect.get(printed, 'account'), shutdownMillis };
    }
  }
  throw new Error(`not the end of a pipeline: ${stdout}`);
}

/** The codes, such as `ERESOLVE`, of npm's warnings and errors; those without a code are left out. */
export function npmWarningCodes(stderr: string): readonly string[] {
  const codes = stderr.matchAll(/^npm (?:warn|error) (?:code )?(E[A-Z]{3,})\b/gmu);
  return [...new Set([...codes].map(([, code]) => code ?? ''))];
}

function hexId(id: bigint): string {
  return id.toString(16).padStart(16, '0');
}
