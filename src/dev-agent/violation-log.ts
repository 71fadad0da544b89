// Owns the violations found in one request, up to a bound. Knows nothing of what they mean.

import type { Violation } from './violation.js';

/** A payload of 25 MiB can break a rule with nearly every byte; nobody reads that many. */
const MAX_VIOLATIONS = 1_000;

/** Collects violations; those beyond `MAX_VIOLATIONS` are not kept. */
export class ViolationLog {
  readonly #violations: Violation[] = [];

  get violations(): readonly Violation[] {
    return this.#violations;
  }

  addAll(violations: readonly Violation[]): void {
    for (const violation of violations) this.add(violation);
  }

  add(violation: Violation): void {
    if (this.#violations.length < MAX_VIOLATIONS) this.#violations.push(violation);
  }
}
