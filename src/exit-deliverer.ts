// Owns finding out what can see to its spans when the process ends: exporters of this package, and
// processors in front of one. Knows nothing of how that is done, nor of what ends the process.

/** Copies of the package hand this to each other: whoever changes its shape changes the name. */
const DELIVERERS = Symbol.for('opentelemetry-exporter-datadog-agent.exit-deliverers.v1');

export interface ExitDeliverer {
  /** Spans that the exporter was handed so far. */
  readonly received: number;
  /** Those of them that are neither exported nor dropped. */
  readonly unsettled: number;
  /** Ends the exports under way, so that they hold the process no longer. */
  cutShort(cause: Error): void;
  /** Blocks until the Agent has answered for all that was handed over, or the time is up. Never throws. */
  deliver(timeoutMillis: number): void;
}

/** Lets `exitDelivererOf` find what sees to the spans of `owner`. */
export function registerExitDeliverer(owner: object, deliverer: ExitDeliverer): void {
  deliverers().set(owner, deliverer);
}

export function exitDelivererOf(owner: object): ExitDeliverer | undefined {
  return deliverers().get(owner);
}

function deliverers(): WeakMap<object, ExitDeliverer> {
  const found: unknown = Reflect.get(globalThis, DELIVERERS);
  if (isDeliverers(found)) return found;
  const made = new WeakMap<object, ExitDeliverer>();
  Object.defineProperty(globalThis, DELIVERERS, { value: made });
  return made;
}

function isDeliverers(value: unknown): value is WeakMap<object, ExitDeliverer> {
  return value instanceof WeakMap;
}
