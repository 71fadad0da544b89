// Owns comparing the spans of both paths and telling what differs. What may differ is a table of its
// own.

import type { FlatSpan } from './flat-span.js';

/** Who has the field; `values` if both have it. */
export type Direction = 'native only' | 'otlp only' | 'values';

export interface Difference {
  readonly key: string;
  readonly direction: Direction;
  readonly native: string | undefined;
  readonly otlp: string | undefined;
  readonly label: string;
  /** The whole spans; empty if there is none. */
  readonly nativeSpan: FlatSpan;
  readonly otlpSpan: FlatSpan;
}

/** Whether the Agent converts v0.4, as it does since 2026, or not. */
export type Mode = 'current' | 'unconverted';

/** A difference that is meant. */
export interface IntendedDifference {
  /** A field of a flat span; `*` at the end stands for anything. */
  readonly key: string;
  /** What docs/mapping.md has instead of a key that only the test spans have. */
  readonly shown?: string;
  /** Both unless it says which. */
  readonly mode?: Mode;
  readonly direction: Direction;
  readonly reason: string;
  /** Whether only some generated spans show it, so that a run may pass without it. */
  readonly isRare?: true;
  /** Narrows it to some values. */
  readonly only?: (difference: Difference) => boolean;
}

export function differences(
  native: ReadonlyMap<string, FlatSpan>,
  otlp: ReadonlyMap<string, FlatSpan>,
  labels: ReadonlyMap<string, string>,
): readonly Difference[] {
  const ids = new Set([...native.keys(), ...otlp.keys()]);
  return [...ids].flatMap((id) => {
    const label = labels.get(id) ?? id;
    const [ours, theirs] = [native.get(id), otlp.get(id)];
    const spans = { nativeSpan: ours ?? new Map(), otlpSpan: theirs ?? new Map() };
    if (ours === undefined) return [missing('otlp only', label, spans)];
    if (theirs === undefined) return [missing('native only', label, spans)];
    return spanDifferences(ours, theirs, label);
  });
}

function missing(
  direction: Direction,
  label: string,
  spans: Pick<Difference, 'nativeSpan' | 'otlpSpan'>,
): Difference {
  const values = { native: undefined, otlp: undefined };
  return { key: 'the whole span', direction, label, ...values, ...spans };
}

function spanDifferences(native: FlatSpan, otlp: FlatSpan, label: string): readonly Difference[] {
  const keys = new Set([...native.keys(), ...otlp.keys()]);
  return [...keys].flatMap((key) => {
    const [ours, theirs] = [native.get(key), otlp.get(key)];
    if (ours === theirs) return [];
    const direction = directionOf(ours, theirs);
    const values = { native: ours, otlp: theirs };
    return [{ key, direction, label, ...values, nativeSpan: native, otlpSpan: otlp }];
  });
}

function directionOf(native: string | undefined, otlp: string | undefined): Direction {
  if (native === undefined) return 'otlp only';
  return otlp === undefined ? 'native only' : 'values';
}

export function isIntended(
  difference: Difference,
  { key, direction, mode, only }: IntendedDifference,
  actual: Mode,
): boolean {
  const isKey = key.endsWith('*')
    ? difference.key.startsWith(key.slice(0, -1))
    : difference.key === key;
  const isMode = mode === undefined || mode === actual;
  return isKey && isMode && direction === difference.direction && (only?.(difference) ?? true);
}

/** What the two sides of a report are called. */
export interface Sides {
  readonly native: string;
  readonly otlp: string;
}

const PATHS: Sides = { native: 'ours', otlp: 'OTLP' };
const EXAMPLES = 2;

/** One paragraph for each key and direction: how often, and the first examples. */
export function report(list: readonly Difference[], sides: Sides = PATHS): string {
  const groups = new Map<string, Difference[]>();
  for (const difference of list) {
    const group = `${difference.key} (${difference.direction})`;
    groups.set(group, [...(groups.get(group) ?? []), difference]);
  }
  return [...groups]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([group, members]) => {
      const shownMembers = members.slice(0, EXAMPLES).map((member) => example(member, sides));
      return [`${group}: ${members.length}`, ...shownMembers].join('\n');
    })
    .join('\n');
}

function example({ label, native, otlp }: Difference, sides: Sides): string {
  const lines = [`${sides.otlp}: ${shown(otlp)}`, `${sides.native}: ${shown(native)}`];
  return [`    ${label}`, ...lines.map((line) => `      ${line}`)].join('\n');
}

function shown(value: string | undefined): string {
  if (value === undefined) return '(nothing)';
  const text = JSON.stringify(value);
  return text.length > 160 ? `${text.slice(0, 120)}… (${value.length} characters)` : text;
}
