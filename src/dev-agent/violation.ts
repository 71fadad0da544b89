// Owns how a broken rule of the Agent is described, and how a payload that the Agent would refuse
// stops its own decoding. Knows neither the rules nor HTTP.

/**
 * What the Agent does about it.
 *
 * - `refused`: it answers 4xx, and the whole payload is lost;
 * - `dropped`: it answers 200, and silently drops the trace chunk, at least in older versions;
 * - `repaired`: it accepts the span, but changes or counts it;
 * - `ignored`: it does not mind, but a correct client would not do it.
 */
export type ViolationEffect = 'refused' | 'dropped' | 'repaired' | 'ignored';

/** One rule of the Agent that a request broke. */
export interface Violation {
  /** Stable kebab-case name of the rule, such as `wire-type`. */
  readonly rule: string;
  readonly effect: ViolationEffect;
  /** Where it was found, such as `chunk 0, span 3, duration`. */
  readonly path: string;
  /** What was found, what the Agent wants, and what it does instead. */
  readonly message: string;
}

const MAX_EXCERPT_LENGTH = 60;

/** A text from a payload, short enough for a path or a message. */
export function excerpt(text: string): string {
  return text.length <= MAX_EXCERPT_LENGTH ? text : `${text.slice(0, MAX_EXCERPT_LENGTH)}...`;
}

/** Thrown while a payload is decoded, when the Agent would not read on. Never leaves this folder. */
export class PayloadRefused extends Error {
  override readonly name = 'PayloadRefused';
  readonly violation: Violation;

  constructor(rule: string, path: string, message: string) {
    super(message);
    this.violation = { rule, effect: 'refused', path, message };
  }
}
