// Owns what the Agent wants of a trace request's headers. Knows nothing of the payload but the
// number of its trace chunks.

import { MIMEType } from 'node:util';
import type { Violation, ViolationEffect } from './violation.js';

/** Request headers, with lower-case names. */
export type Headers = Readonly<Record<string, string>>;

/** A header that makes the Agent answer without decoding the payload. */
interface HeaderRefusal {
  readonly status: number;
  readonly violation: Violation;
}

const PAYLOAD_TYPE = 'application/msgpack';
export const CROSS_SITE_REJECTED = 'cross-site request rejected';
const INTEGER = /^[+-]?\d+$/;
/** Headers that describe the client; the Agent can do without, but then cannot tell languages apart. */
const CLIENT_HEADERS = [
  ['datadog-meta-lang', 'lang-missing'],
  ['datadog-meta-tracer-version', 'tracer-version-missing'],
] as const;

/** Whether a browser says that a page of another site sent the request. */
export function isCrossSite(secFetchSite: string | string[] | undefined): boolean {
  return secFetchSite === 'cross-site';
}

/** What makes the Agent refuse the request before it looks at the payload. */
export function refuseByHeaders(headers: Headers): HeaderRefusal | undefined {
  if (isCrossSite(headers['sec-fetch-site'])) {
    const rule = violation('cross-site', 'refused', 'sec-fetch-site', CROSS_SITE_REJECTED);
    return { status: 403, violation: rule };
  }
  const contentType = headers['content-type'] ?? '';
  if (mediaType(contentType) === PAYLOAD_TYPE) return undefined;
  const message = `found "${contentType}"; the Agent wants ${PAYLOAD_TYPE}, and would not read the payload as that`;
  return { status: 400, violation: violation('content-type', 'refused', 'content-type', message) };
}

/** The violations that do not keep the Agent from taking the payload. */
export function checkHeaders(headers: Headers): Violation[] {
  const violations: Violation[] = [];
  const report = (rule: string, header: string, message: string): unknown =>
    violations.push(violation(rule, 'ignored', header, message));
  for (const [header, rule] of CLIENT_HEADERS) {
    if ((headers[header] ?? '') === '')
      report(rule, header, 'missing; the Agent cannot say which client sent the payload');
  }
  if (headers['content-length'] === undefined) {
    report('content-length-missing', 'content-length', 'missing; the Agent has to grow its buffer');
  }
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') {
    const message = `found "${encoding}"; the Agent does not look at it, and never decompresses`;
    report('content-encoding', 'content-encoding', message);
  }
  return violations;
}

/** Whether the announced number of trace chunks is right. */
export function checkTraceCount(headers: Headers, chunkCount: number): Violation[] {
  const header = 'x-datadog-trace-count';
  const announced = headers[header] ?? '';
  if (announced === '') {
    const message = 'missing; the Agent cannot tell how many traces it loses with a payload';
    return [violation('trace-count-missing', 'ignored', header, message)];
  }
  if (INTEGER.test(announced) && Number(announced) === chunkCount) return [];
  const message = `found "${announced}" for ${chunkCount} trace chunks; the Agent only counts with it`;
  return [violation('trace-count-wrong', 'ignored', header, message)];
}

function mediaType(contentType: string): string | undefined {
  try {
    return new MIMEType(contentType).essence;
  } catch {
    // Not a media type at all.
    return undefined;
  }
}

function violation(
  rule: string,
  effect: ViolationEffect,
  header: string,
  message: string,
): Violation {
  return { rule, effect, path: `header ${header}`, message };
}
