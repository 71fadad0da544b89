// Owns what the Agent answers: statuses, headers and bodies. Knows nothing of sockets.

import { validateHeaderName, validateHeaderValue } from 'node:http';
import { isUint8Array } from 'node:util/types';
import type { DevAgentReply } from './dev-agent-options.js';
import type { Headers } from './header-rules.js';
import type { Verdict } from './verdict.js';

/** A complete reply. */
export interface AgentReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

/** The sampling rates of one Agent, which never change while it runs. */
export interface SampleRates {
  readonly byService: Readonly<Record<string, number>>;
  /** Lets a client tell whether it knows these rates already. */
  readonly version: string;
}

const RATES_VERSION_HEADER = 'datadog-rates-payload-version';

/** The normal reply to a trace request. */
export function replyTo(verdict: Verdict, headers: Headers, rates: SampleRates): AgentReply {
  if (verdict.outcome === 'refused') return textReply(verdict.status, verdict.reason);
  const knownVersion = headers[RATES_VERSION_HEADER] ?? '';
  const body = knownVersion === rates.version ? {} : { rate_by_service: rates.byService };
  const reply = jsonReply(JSON.stringify(body));
  if (knownVersion === '') return reply;
  return { ...reply, headers: { ...reply.headers, [RATES_VERSION_HEADER]: rates.version } };
}

/** `reply` with the members of `replacement` in place of its own; headers are merged. */
export function replaceReply(
  reply: AgentReply,
  replacement: DevAgentReply | undefined,
): AgentReply {
  if (replacement === undefined) return reply;
  return {
    status: replacement.status ?? reply.status,
    headers: { ...reply.headers, ...lowerCaseNames(replacement.headers ?? {}) },
    body: replacement.body ?? reply.body,
  };
}

/** @throws {Error} if HTTP does not allow the reply, or if the body is neither text nor bytes. */
export function checkReply(reply: AgentReply): AgentReply {
  const { status, headers, body } = reply;
  if (!Number.isInteger(status) || status < 100 || status > 999) {
    throw new Error(`Expected \`status\` to be an integer in [100, 999], got ${status}`);
  }
  for (const [name, value] of Object.entries(headers)) {
    validateHeaderName(name);
    validateHeaderValue(name, value);
  }
  if (typeof body === 'string' || isUint8Array(body)) return reply;
  throw new Error(`Expected \`body\` to be a string or bytes, got ${typeof body}`);
}

export function jsonReply(body: string): AgentReply {
  return { status: 200, headers: { 'content-type': 'application/json' }, body };
}

/** The form of all error replies of the Agent. */
export function textReply(status: number, text: string): AgentReply {
  const headers = { 'content-type': 'text/plain; charset=utf-8' };
  return { status, headers, body: `${text}\n` };
}

/** The reply to a body over the limit, after which the connection is of no more use. */
export function tooLargeReply(): AgentReply {
  const reply = textReply(413, 'payload-too-large');
  return { ...reply, headers: { ...reply.headers, connection: 'close' } };
}

export function isSuccess(reply: AgentReply): boolean {
  return reply.status >= 200 && reply.status < 300;
}

/** Unifies names, so that a header in another spelling replaces the normal one instead of joining it. */
function lowerCaseNames(headers: Headers): Headers {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
}
