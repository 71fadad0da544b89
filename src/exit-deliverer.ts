// Owns who can deliver spans when the event loop has ended: exporters, and processors in front of one.
// Knows nothing of how that is done.

/** Copies of the package hand this to each other: whoever changes its shape changes the name. */
const DELIVERERS = Symbol.for('opentelemetry-exporter-datadog-agent.exit-deliverers.v1');

/** Blocks until the Agent has answered for all that was handed over, or the time is up. Never throws. */
export type DeliverAtExit = (timeoutMillis: number) => void;

/** Lets `exitDelivererOf` find what delivers the spans of `owner`. */
export function registerExitDeliverer(owner: object, deliver: DeliverAtExit): void {
  deliverers().set(owner, deliver);
}

export function exitDelivererOf(owner: object): DeliverAtExit | undefined {
  return deliverers().get(owner);
}

function deliverers(): WeakMap<object, DeliverAtExit> {
  const found: unknown = Reflect.get(globalThis, DELIVERERS);
  if (isDeliverers(found)) return found;
  const made = new WeakMap<object, DeliverAtExit>();
  Object.defineProperty(globalThis, DELIVERERS, { value: made });
  return made;
}

function isDeliverers(value: unknown): value is WeakMap<object, DeliverAtExit> {
  return value instanceof WeakMap;
}
