// Owns which part of the configuration is secret: whether it would travel in the clear, and that it is
// not shown. Knows neither options nor sockets.

import { type AgentTarget, describeTarget } from './agent-target.js';

/** What requests carry. */
export interface Secrets {
  readonly target: AgentTarget;
  readonly headers: Readonly<Record<string, string>>;
}

/** By the end of its name: nobody is warned about a header that only may be secret. */
const SECRET_HEADER =
  /(?:token|secret|authorization|passw(?:or)?d|credentials?)$|(?:^|[-_])(?:cookie|(?:api-?)?key)$/i;
const LOOPBACK = /^(?:(?:.+\.)?localhost|127\.\d+\.\d+\.\d+|\[::1\]|\[::ffff:7f\w\w:\w+\])$/;

/** A sentence for the log, if credentials would cross a network in the clear. */
export function exposure({ target, headers }: Secrets): string | undefined {
  if (target.transport === 'unix') return undefined;
  const { protocol, hostname } = new URL(target.origin);
  if (protocol === 'https:' || LOOPBACK.test(hostname)) return undefined;
  const isSecret = (name: string): boolean => SECRET_HEADER.test(name);
  if (target.authorization === undefined && !Object.keys(headers).some(isSecret)) return undefined;
  return `credentials go unencrypted to ${describeTarget(target)}; use https: or a Unix socket`;
}

/** Whether a peer may have been told something that must not be shown, in whatever words it repeats that. */
export function mayRepeatSecrets({ target, headers }: Secrets): boolean {
  const hasCredentials = target.transport === 'tcp' && target.authorization !== undefined;
  return hasCredentials || Object.keys(headers).length > 0;
}
