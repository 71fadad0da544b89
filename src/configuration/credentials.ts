// Owns which parts of the configuration are secret: whether they would travel unencrypted, and whether a
// peer might repeat them. Knows neither options nor sockets.

import { type AgentTarget, describeTarget } from '../agent-target.js';

/** What requests carry of the configuration. */
interface Secrets {
  readonly target: AgentTarget;
  readonly headers: Readonly<Record<string, string>>;
}

/** Recognises a secret header by the end of its name: nobody is warned about one that merely might be secret. */
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

/** Whether requests carry a secret that a peer might repeat, in any form, so that its answer must not be shown. */
export function mayRepeatSecrets({ target, headers }: Secrets): boolean {
  const hasCredentials = target.transport === 'tcp' && target.authorization !== undefined;
  return hasCredentials || Object.keys(headers).length > 0;
}
