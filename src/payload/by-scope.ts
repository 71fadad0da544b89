// Owns things that are made once for each scope, kind and status of spans. Knows nothing of what they are.

import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import type { InstrumentationScope } from '../sdk-contract.js';

export type Scope = InstrumentationScope | undefined;

const STATUSES: readonly number[] = [SpanStatusCode.UNSET, SpanStatusCode.OK, SpanStatusCode.ERROR];
const NO_SCOPE = {};

/** What a thing was made for. */
interface Made {
  readonly kind: SpanKind;
  readonly status: number;
}

/**
 * Things made for a scope, kind and status, each once. For a kind or status that does not exist, one is made each time.
 * A scope never changes.
 */
export class ByScope<T extends Made> {
  readonly #make: (scope: Scope, kind: SpanKind, status: number) => T;
  readonly #byScope = new WeakMap<object, (T | undefined)[]>();
  #lastScope: object | undefined;
  #ofLastScope: (T | undefined)[] = [];

  constructor(make: (scope: Scope, kind: SpanKind, status: number) => T) {
    this.#make = make;
  }

  get(scope: Scope, kind: SpanKind, status: number): T {
    const ofScope = this.#ofScope(scope ?? NO_SCOPE);
    const index = kind * STATUSES.length + status;
    const known = ofScope[index];
    // A kind or status that does not exist may lead to the same index.
    if (known !== undefined && known.kind === kind && known.status === status) return known;
    const made = this.#make(scope, kind, status);
    if (kind in SpanKind && STATUSES.includes(status)) ofScope[index] = made;
    return made;
  }

  #ofScope(scope: object): (T | undefined)[] {
    if (scope === this.#lastScope) return this.#ofLastScope;
    const ofScope = this.#byScope.get(scope) ?? [];
    this.#byScope.set(scope, ofScope);
    this.#lastScope = scope;
    this.#ofLastScope = ofScope;
    return ofScope;
  }
}
