// Owns what a W3C tracestate says about sampling: Datadog's member `dd=` and OpenTelemetry's `ot=`.
// Pure functions of the members' text.

import type { TraceState } from '@opentelemetry/api';
import { PROPAGATED_PREFIX } from './chunk-tag-names.js';

/** Datadog's member, e.g. `s:2;o:rum;t.dm:-4`. */
interface DatadogState {
  /** `s`: the sampling priority that an upstream service decided. */
  readonly samplingPriority: number | undefined;
  /** `o`: where the trace began, e.g. `rum` or `synthetics`. */
  readonly origin: string | undefined;
  /** `t.<name>` as `_dd.p.<name>`, without the trace id, which the span itself has. */
  readonly propagated: ReadonlyMap<string, string>;
}

// The form of `ot` is that of opentelemetry-collector-contrib, pkg/sampling, with which the Agent reads it.
const MAX_OTEL_LENGTH = 256;
const OTEL_STATE = /^[a-z][a-z\d]*:[\w.-]*(?:;[a-z][a-z\d]*:[\w.-]*)*$/;
const RANDOM_VALUE = /^[\da-f]{14}$/i;
const THRESHOLD = /^[\da-f]{1,14}$/i;
/** Digits of a rejection threshold; a shorter one is short for one with zeros at the end. */
const THRESHOLD_DIGITS = 14;
const THRESHOLD_LIMIT = 2n ** 56n;
/** A higher power means that the span was not sampled. */
const MAX_POWER = 62;
const TRACE_ID_NAME = 'tid';

/** A member of a tracestate, an object that may come from any SDK or from none. */
export function memberOf(traceState: TraceState | undefined, name: string): string | undefined {
  try {
    const member: unknown = traceState?.get(name);
    return typeof member === 'string' ? member : undefined;
  } catch {
    return undefined; // a tracestate that cannot be read says nothing
  }
}

/** The whole tracestate as it travels; empty if it cannot be read. */
export function traceStateText(traceState: TraceState | undefined): string {
  try {
    const text: unknown = traceState?.serialize();
    return typeof text === 'string' ? text : '';
  } catch {
    return '';
  }
}

/** Reads the value of the member `dd`. Malformed parts of it are left out. */
export function parseDatadogState(member: string): DatadogState {
  let samplingPriority: number | undefined;
  let origin: string | undefined;
  const propagated = new Map<string, string>();
  for (const [key, value] of pairsOf(member)) {
    // In a tracestate `~` stands for `=`, which separates its members.
    const text = value.includes('~') ? value.replaceAll('~', '=') : value;
    if (key === 's' && /^-?\d$/.test(text)) samplingPriority = Number(text);
    else if (key === 'o' && text !== '') origin = text;
    else if (key.startsWith('t.') && key !== `t.${TRACE_ID_NAME}` && text !== '') {
      propagated.set(PROPAGATED_PREFIX + key.slice(2), text);
    }
  }
  return { samplingPriority, origin, propagated };
}

/**
 * The probability with which the span was sampled, from the member `ot`: the last rejection threshold
 * (`th:8` is 0.5), else the first power of one half (`p:2` is 0.25). One that is malformed anywhere says nothing.
 */
export function parseSampleRate(member: string): number | undefined {
  if (member.length > MAX_OTEL_LENGTH || !OTEL_STATE.test(member)) return undefined;
  const pairs = pairsOf(member);
  if (valuesOf(pairs, 'rv').some((value) => !RANDOM_VALUE.test(value))) return undefined;
  const thresholds = valuesOf(pairs, 'th');
  if (thresholds.some((digits) => !THRESHOLD.test(digits))) return undefined;
  const threshold = thresholds.at(-1);
  return threshold === undefined
    ? rateOfPower(valuesOf(pairs, 'p')[0] ?? '')
    : rateOfThreshold(threshold);
}

function rateOfPower(power: string): number | undefined {
  return /^\d+$/.test(power) && Number(power) <= MAX_POWER ? 2 ** -Number(power) : undefined;
}

function rateOfThreshold(digits: string): number {
  const rejected = BigInt(`0x${digits.padEnd(THRESHOLD_DIGITS, '0')}`);
  return Number(THRESHOLD_LIMIT - rejected) / Number(THRESHOLD_LIMIT);
}

function valuesOf(pairs: readonly (readonly [string, string])[], name: string): string[] {
  return pairs.filter(([key]) => key === name).map(([, value]) => value);
}

function pairsOf(member: string): [key: string, value: string][] {
  const pairs: [key: string, value: string][] = [];
  for (const pair of member.split(';')) {
    const colon = pair.indexOf(':');
    if (colon > 0) pairs.push([pair.slice(0, colon).trim(), pair.slice(colon + 1).trim()]);
  }
  return pairs;
}
