// Owns the attributes from which names, service, env and version are derived: one slot per key,
// filled while the attributes of a span are written, so that nothing is looked up twice. Knows
// neither bytes nor the rules for names.

/** Keys that any rule reads. The order is irrelevant; the position is the slot. */
const FACT_KEYS = [
  'service.name',
  'operation.name',
  'resource.name',
  'span.type',
  'http.request.method',
  'http.method',
  'http.route',
  'url.template',
  'http.status_code',
  'http.response.status_code',
  'db.system.name',
  'db.system',
  'db.statement',
  'db.query.text',
  'db.namespace',
  'messaging.system',
  'messaging.operation',
  'messaging.destination',
  'messaging.destination.name',
  'rpc.system',
  'rpc.system.name',
  'rpc.service',
  'rpc.method',
  'graphql.operation.type',
  'graphql.operation.name',
  'faas.invoked_provider',
  'faas.invoked_name',
  'faas.trigger',
  'network.protocol.name',
  'deployment.environment.name',
  'deployment.environment',
  'service.version',
  'rpc.grpc.status_code',
  'grpc.code',
  'rpc.grpc.status.code',
  'grpc.status.code',
  'rpc.response.status_code',
] as const;

export type FactKey = (typeof FACT_KEYS)[number];

const SLOTS: ReadonlyMap<string, number> = new Map(FACT_KEYS.map((key, slot) => [key, slot]));

/** The slot of an attribute key that some rule reads. */
export function factSlot(key: string): number | undefined {
  return SLOTS.get(key);
}

/** Values by slot. Those of a span fall back to those of its OTel resource, key by key. */
export class SpanFacts {
  readonly #values: unknown[] = FACT_KEYS.map(() => undefined);
  #fallback: SpanFacts | undefined;

  /** Forgets the previous span. */
  reset(fallback: SpanFacts | undefined): void {
    this.#values.fill(undefined);
    this.#fallback = fallback;
  }

  set(slot: number, value: unknown): void {
    this.#values[slot] = value;
  }

  /** The first key with a non-empty string on the span or its resource; numbers do not count. */
  text(...keys: readonly FactKey[]): string | undefined {
    for (const key of keys) {
      const text = this.ownText(key) ?? this.#fallback?.ownText(key);
      if (text !== undefined) return text;
    }
    return undefined;
  }

  /** The first key with a non-empty string or an integer, as text. */
  textOrInteger(...keys: readonly FactKey[]): string | undefined {
    for (const key of keys) {
      const found = this.text(key) ?? this.integer(key);
      if (found !== undefined) return String(found);
    }
    return undefined;
  }

  /** The first key that reads as an integer: a number or decimal text, on the span or resource. */
  integer(...keys: readonly FactKey[]): number | undefined {
    for (const key of keys) {
      const value = this.ownInteger(key) ?? this.#fallback?.ownInteger(key);
      if (value !== undefined) return value;
    }
    return undefined;
  }

  /** The key's non-empty string, without the fallback. */
  ownText(key: FactKey): string | undefined {
    const value = this.#values[SLOTS.get(key) ?? -1];
    return typeof value === 'string' && value !== '' ? value : undefined;
  }

  /** The key as an integer, without the fallback. */
  ownInteger(key: FactKey): number | undefined {
    const value = this.#values[SLOTS.get(key) ?? -1];
    if (typeof value === 'string' && value.trim() === '') return undefined;
    if (typeof value !== 'string' && typeof value !== 'number') return undefined;
    const number = Number(value);
    return Number.isInteger(number) ? number : undefined;
  }
}
