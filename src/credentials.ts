// Owns which part of the configuration is secret: whether it would travel in the clear, and that it is
// not shown. Knows neither options nor sockets.

import { type AgentTarget, describeTarget } from './agent-target.js';

/** What requests carry. */
export interface Secrets {
  readonly target: AgentTarget;
  readonly headers: Readonly<Record<string, string>>;
}

const SECRET_HEADER = /(?:^|[-_])(?:authorization|cookie|(?:api-?)?key|token|secret)$/i;
const LOOPBACK = /^(?:(?:.+\.)?localhost|127\.\d+\.\d+\.\d+|\[::1\]|\[::ffff:7f\w\w:\w+\])$/;
const HIDDEN = '***';

/** A sentence for the log, if credentials would cross a network in the clear. */
export function exposure({ target, headers }: Secrets): string | undefined {
  if (target.transport === 'unix') return undefined;
  const { protocol, hostname } = new URL(target.origin);
  if (protocol === 'https:' || LOOPBACK.test(hostname)) return undefined;
  if (secretTexts({ target, headers }).length === 0) return undefined;
  return `credentials go unencrypted to ${describeTarget(target)}; use https: or a Unix socket`;
}

/** Hides in texts of others what requests carry: some servers quote a request that they refuse. */
export function withoutSecrets(secrets: Secrets): (text: string) => string {
  const hidden = secretTexts(secrets);
  return (text) => hidden.reduce((shown, secret) => shown.replaceAll(secret, HIDDEN), text);
}

function secretTexts({ target, headers }: Secrets): readonly string[] {
  const authorization = target.transport === 'tcp' ? target.authorization : undefined;
  const ofHeaders = Object.entries(headers).filter(([name]) => SECRET_HEADER.test(name));
  const values = [authorization ?? '', ...ofHeaders.map(([, value]) => value)];
  // `Basic` in front of it is no secret, and may be left out where it is quoted.
  return values.map((value) => value.replace(/^\w+ /, '')).filter((text) => text !== '');
}
