// Owns reading what the SDK itself says of the spans that it ended: which are roots, and which are about
// the Agent. Knows nothing of what any exporter made of them.

import type { WitnessedSpan } from './traced-service.js';

/** Names of the spans without a parent; the look-up is that of the service as it begins to listen. */
export const ROOTS: readonly string[] = [
  'GET /broken',
  'GET /carts/:id',
  'GET /carts/:id',
  'dns.lookup',
];

export function rootNames(spans: readonly WitnessedSpan[]): readonly string[] {
  return spans
    .filter(({ parentId }) => parentId === undefined)
    .map(({ name }) => name)
    .toSorted();
}

/** What any instrumentation made of a connection or request to the Agent at this URL. */
export function spansAbout(
  agentUrl: string,
  spans: readonly WitnessedSpan[],
): readonly WitnessedSpan[] {
  const { port, pathname, protocol } = new URL(agentUrl);
  const places = ['/v0.4/traces', protocol === 'unix:' ? pathname : `:${port}/`];
  return spans.filter(({ attributes }) => {
    if (port !== '' && String(attributes['server.port']) === port) return true;
    const said = Object.values(attributes).map(String);
    return said.some((value) => places.some((place) => value.includes(place)));
  });
}

export function idsOf(spans: readonly WitnessedSpan[]): readonly string[] {
  return spans.map(({ traceId, spanId }) => `${traceId} ${BigInt(`0x${spanId}`)}`).toSorted();
}
