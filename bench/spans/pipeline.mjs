// Owns the SDK's side of every benchmark: a provider with the OTel resource of a service in a container.

import { resourceFromAttributes } from '@opentelemetry/resources';
import { TracerProvider } from '@opentelemetry/sdk-trace';

/** Of the service, by key. */
export const RESOURCE_ATTRIBUTES = {
  'service.name': 'shop-frontend',
  'service.version': '4.17.2',
  'service.namespace': 'shop',
  'deployment.environment.name': 'production',
  'telemetry.sdk.language': 'nodejs',
  'telemetry.sdk.name': 'opentelemetry',
  'telemetry.sdk.version': '3.1.1',
  'host.name': 'ip-10-2-33-141.eu-west-1.compute.internal',
  'process.pid': 4242,
  'process.runtime.version': '24.21.0',
  'container.id': '3f4e8a6f2b1c4d5e9f7a8b6c5d4e3f2a1b0c9d8e7f6a5b4c3d2e1f0a9b8c7d6e',
};

/** With a resource of its own, which has these attributes besides. */
export function newProvider(processor, attributes = {}) {
  const resource = resourceFromAttributes({ ...RESOURCE_ATTRIBUTES, ...attributes });
  return new TracerProvider({ resource, spanProcessors: [processor] });
}

/** Keeps the spans that have ended, for whoever takes them. */
export class CollectingProcessor {
  #spans = [];

  get count() {
    return this.#spans.length;
  }

  onStart() {}

  onEnd(span) {
    this.#spans.push(span);
  }

  take(count) {
    return this.#spans.splice(0, count);
  }

  async forceFlush() {}

  async shutdown() {}
}
