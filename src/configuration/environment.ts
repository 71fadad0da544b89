// Owns the meaning of the environment variables that Datadog and OpenTelemetry users set. A pure function of what it
// is given, variables and arguments of `node`; a value that makes no sense is reported and left out.

import { isIPv6 } from 'node:net';
import { type AgentTarget, parseAgentUrl, withoutCredentials } from '../agent-target.js';
import type { Warn } from '../diagnostics.js';
import { type Lineage, readLineage } from '../fork/lineage.js';
import { percentDecoded } from '../lang/percent-text.js';
import { reasonOf } from '../lang/reason-text.js';
import { type EnvironmentVariables, variable } from '../lang/variables.js';
import { withoutQuotes } from './quotes.js';

export interface Environment {
  /** From `DD_TRACE_AGENT_URL`, else `DD_AGENT_HOST` and `DD_TRACE_AGENT_PORT`. */
  readonly target: AgentTarget | undefined;
  /** From `DD_SERVICE`, else `service` in `DD_TAGS`; likewise `env` and `version`. */
  readonly service: string | undefined;
  readonly env: string | undefined;
  readonly version: string | undefined;
  /** The rest of `DD_TAGS`. */
  readonly tags: Readonly<Record<string, string>>;
  /** What the SDK's detectors read from `OTEL_RESOURCE_ATTRIBUTES` and `OTEL_SERVICE_NAME`. */
  readonly resourceAttributes: ReadonlyMap<string, string>;
  /** `DD_EXTERNAL_ENV`, which the Agent's admission controller sets in Kubernetes. */
  readonly externalEnv: string | undefined;
  /** Whether certificates are checked: not if `NODE_TLS_REJECT_UNAUTHORIZED` is `0`, as for Node itself. */
  readonly rejectUnauthorized: boolean;
  /** Whether Node trusts whom OpenSSL trusts, as an option of `node` or `NODE_OPTIONS` says. */
  readonly usesOpensslCa: boolean;
  /** The lineage that an ancestor with `propagateLineage` has passed on. */
  readonly lineage: Lineage | undefined;
}

const DEFAULT_PORT = '8126';
const USE_OPENSSL_CA = /(?<!\S)--use[-_]openssl[-_]ca(?!\S)/;
/** Characters that end or begin a host in a URL: the rest would be taken for something else. */
const NOT_OF_A_HOST = /[/\\@?#]/;

/** `execArgv` are the options with which `node` was started; `warn` gets the name of a variable that is ignored. */
export function readEnvironment(
  vars: EnvironmentVariables,
  execArgv: readonly string[],
  warn: Warn,
): Environment {
  const { service, env, version, ...tags } = parseTags(variable(vars, 'DD_TAGS') ?? '', warn);
  return {
    target: agentTarget(vars, warn),
    service: textOf(vars, 'DD_SERVICE') ?? service,
    env: textOf(vars, 'DD_ENV') ?? env,
    version: textOf(vars, 'DD_VERSION') ?? version,
    tags,
    resourceAttributes: resourceAttributes(vars),
    externalEnv: headerSafe(textOf(vars, 'DD_EXTERNAL_ENV')),
    rejectUnauthorized: variable(vars, 'NODE_TLS_REJECT_UNAUTHORIZED') !== '0',
    usesOpensslCa: USE_OPENSSL_CA.test([variable(vars, 'NODE_OPTIONS'), ...execArgv].join(' ')),
    lineage: readLineage(vars, warn),
  };
}

/**
 * `key:value` pairs, separated by commas if there is one and by white space otherwise: the grammar
 * that Datadog's tracers share. A pair without a value, as from a variable that is not set, is left out; what is
 * not a pair is reported.
 */
function parseTags(text: string, warn: Warn): Record<string, string> {
  const tags: [string, string][] = [];
  const pairs = text.split(text.includes(',') ? ',' : /\s+/).map((pair) => pair.trim());
  for (const pair of pairs) {
    const colon = pair.indexOf(':');
    const key = pair.slice(0, Math.max(colon, 0)).trim();
    const value = pair.slice(colon + 1).trim();
    if (key !== '' && value !== '') tags.push([key, value]);
  }
  const [first, ...others] = pairs.filter((pair) => pair !== '' && pair.indexOf(':') < 1);
  if (first !== undefined) {
    const more = others.length === 0 ? 'is' : `and ${others.length} more are`;
    warn('DD_TAGS', `DD_TAGS: "${first}" ${more} ignored: a tag is written \`key:value\``);
  }
  return Object.fromEntries(tags); // assigning would lose the key `__proto__`
}

function agentTarget(vars: EnvironmentVariables, warn: Warn): AgentTarget | undefined {
  const url = textOf(vars, 'DD_TRACE_AGENT_URL');
  if (url !== undefined) {
    const target = targetOfVariable('DD_TRACE_AGENT_URL', url, warn);
    if (target !== undefined) return target;
  }
  const host = validHost(textOf(vars, 'DD_AGENT_HOST'), warn);
  const port = validPort(textOf(vars, 'DD_TRACE_AGENT_PORT'), warn);
  if (host === undefined && port === undefined) return undefined;
  const authority = host === undefined ? '127.0.0.1' : authorityOf(host);
  const source = host === undefined ? 'DD_TRACE_AGENT_PORT' : 'DD_AGENT_HOST';
  return targetOfVariable(source, `http://${authority}:${port ?? DEFAULT_PORT}`, warn);
}

function validHost(host: string | undefined, warn: Warn): string | undefined {
  if (host === undefined || isHostAlone(host)) return host;
  const shown = withoutCredentials(host);
  const instead = 'write a host alone (IPv6 without a zone), or set DD_TRACE_AGENT_URL';
  warn('DD_AGENT_HOST', `DD_AGENT_HOST "${shown}" is ignored: ${instead}`);
  return undefined;
}

/** Whether there is a host and nothing else: colons belong to an IPv6 address, or a port follows the host. */
function isHostAlone(host: string): boolean {
  if (NOT_OF_A_HOST.test(host)) return false;
  if (host.includes(':') && !isIPv6(host.replace(/^\[(.*)\]$/, '$1'))) return false;
  return URL.canParse(`http://${authorityOf(host)}`); // an IPv6 address may have a zone, a URL none
}

function authorityOf(host: string): string {
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
}

function targetOfVariable(source: string, url: string, warn: Warn): AgentTarget | undefined {
  try {
    return parseAgentUrl(url);
  } catch (error) {
    const reason = reasonOf(error);
    warn(source, `${source} "${withoutCredentials(url)}" is ignored: ${reason}`);
    return undefined;
  }
}

function validPort(port: string | undefined, warn: Warn): string | undefined {
  if (port === undefined) return undefined;
  if (/^\d+$/.test(port) && Number(port) >= 1 && Number(port) <= 65_535) return port;
  warn('DD_TRACE_AGENT_PORT', `DD_TRACE_AGENT_PORT is ignored: "${port}" is not a port`);
  return undefined;
}

/** The attributes as OpenTelemetry's environment detector reads them: `OTEL_SERVICE_NAME` wins. */
function resourceAttributes(vars: EnvironmentVariables): ReadonlyMap<string, string> {
  const attributes = new Map<string, string>();
  for (const pair of (variable(vars, 'OTEL_RESOURCE_ATTRIBUTES') ?? '').split(',')) {
    const [key, value, ...rest] = pair.split('=');
    if (key === undefined || value === undefined || rest.length > 0) continue;
    attributes.set(percentDecoded(key.trim()), percentDecoded(withoutQuotes(value.trim())));
  }
  const serviceName = textOf(vars, 'OTEL_SERVICE_NAME');
  if (serviceName !== undefined) attributes.set('service.name', serviceName);
  return attributes;
}

function textOf(vars: EnvironmentVariables, name: string): string | undefined {
  const text = variable(vars, name)?.trim();
  return text === '' ? undefined : text;
}

function headerSafe(text: string | undefined): string | undefined {
  return text?.replaceAll(/[^\t\x20-\x7e]/g, '');
}
