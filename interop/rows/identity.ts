// Owns the inputs for identity, service, env, version, host and container.

import { SpanKind } from '@opentelemetry/api';
import type { SpanRecipe, TraceRecipe, Values } from '../recipe.js';

function onResource(label: string, resource: Values, root: SpanRecipe = {}): TraceRecipe {
  return { label: `identity: ${label}`, resource, root };
}

function onSpan(label: string, attributes: Values, resource: Values = SHOP): TraceRecipe {
  return onResource(label, resource, { attributes });
}

const SHOP: Values = { 'service.name': 'shop' };

const services = [
  '%$^',
  '🐨animal-db🐶',
  '1🐨1animal-db🐶',
  'bad$service',
  'Shop',
  'a'.repeat(101),
];

/** What the normalisers of tag values treat differently. */
const TAG_VALUES = [
  'Test Conversion Of Weird !@#$%^&**() Characters',
  'Data🐨dog🐶 繋がっ⛰てて',
  'fun:ky@@@tag/3',
  '123 leading digits',
  ':leading/colon.dash-_',
  'ÀÉÎ İstanbul ẞ ΑΣ',
  '__many___underscores__',
  `${'a'.repeat(199)}Ü!`,
  `${'-'.repeat(210)}a`,
  'é'.repeat(250),
  '%$^',
];

export const identityRows: readonly TraceRecipe[] = [
  { label: 'identity: 128-bit trace id', traceId: '72df520af2bde7a5240031ead750e5f3', root: {} },
  { label: 'identity: 64-bit trace id', traceId: '0000000000000000240031ead750e5f4', root: {} },
  { label: 'identity: remote parent', root: {}, remoteParent: true },
  { label: 'identity: child', root: { children: [{}, { kind: SpanKind.CLIENT }] } },
  { label: 'identity: end before start', root: { durationNanos: -5_000_000 } },
  { label: 'identity: no duration', root: { durationNanos: 0 } },
  { label: 'identity: an hour', root: { durationNanos: 3_600_000_000_001 } },
  onResource('no service.name', {}),
  onResource('empty service.name', { 'service.name': '' }),
  onResource('numeric service.name', { 'service.name': 42 }),
  onResource('unknown_service', { 'service.name': 'unknown_service:node' }),
  ...services.map((service) => onResource(`service ${service}`, { 'service.name': service })),
  ...TAG_VALUES.map((value) => onResource(`service ${value}`, { 'service.name': value })),
  ...TAG_VALUES.map((value) => onResource(`env ${value}`, { 'deployment.environment': value })),
  ...TAG_VALUES.map((value) => onResource(`version ${value}`, { 'service.version': value })),
  ...TAG_VALUES.map((value) => onSpan(`peer.service ${value}`, { 'peer.service': value })),
  ...TAG_VALUES.map((value) => onSpan(`operation.name ${value}`, { 'operation.name': value })),
  onSpan(
    'service.name on both',
    { 'service.name': 'span_svc' },
    { 'service.name': 'resource_svc' },
  ),
  onSpan('empty service.name on span', { 'service.name': '' }),
  onSpan('service.name on span only', { 'service.name': 'span_svc' }, {}),
  onSpan('otel.trace_id attribute', { 'otel.trace_id': 'mine' }),
  onSpan('span.kind attribute', { 'span.kind': 'mine' }),
  onSpan('env on span from deployment.environment', { 'deployment.environment': '  ENV ' }),
  onSpan('deployment.environment.name on span', { 'deployment.environment.name': 'Prod A' }),
  onResource('both env keys on resource', {
    ...SHOP,
    'deployment.environment.name': 'prod-127',
    'deployment.environment': 'prod-117',
  }),
  onSpan(
    'old env key on span, new on resource',
    { 'deployment.environment': 'span-env-117' },
    { ...SHOP, 'deployment.environment.name': 'res-env-127' },
  ),
  onSpan('env attribute on span', { env: 'X Y' }, { ...SHOP, 'deployment.environment': 'prod' }),
  onResource('env attribute on resource', { ...SHOP, env: 'Plain Env' }),
  onResource('env attribute beside deployment.environment', {
    ...SHOP,
    env: 'plain',
    'deployment.environment': 'prod',
  }),
  onResource('numeric deployment.environment', { ...SHOP, 'deployment.environment': 7 }),
  onSpan(
    'service.version on both',
    { 'service.version': 'v3' },
    { ...SHOP, 'service.version': 'v4' },
  ),
  onResource('service.version', { ...SHOP, 'service.version': '1.2.3-RC 1' }),
  onSpan('empty env attribute on span', { env: '' }, { ...SHOP, 'deployment.environment': 'prod' }),
  onSpan('list as env attribute', { env: [] }, { ...SHOP, 'deployment.environment': 'prod' }),
  onSpan('number as env attribute', { env: 1 }, { ...SHOP, 'deployment.environment': 'prod' }),
  onSpan('empty version attribute on span', { version: '' }, { ...SHOP, 'service.version': 'v4' }),
  onSpan('number as version attribute', { version: 1 }, { ...SHOP, 'service.version': 'v4' }),
  onResource('empty env and version attributes', { ...SHOP, env: '', version: '' }),
  onSpan('peer.service to nothing', { 'peer.service': '%$^' }, { ...SHOP, 'peer.service': 'R' }),
  onSpan('version attribute on span', { version: 'V 9' }, { ...SHOP, 'service.version': 'v4' }),
  onResource('version attribute on resource', { ...SHOP, version: 'V 9' }),
  onResource('telemetry.sdk.version only', { ...SHOP, 'telemetry.sdk.version': '2.12.0' }),
  onResource('app.version only', { ...SHOP, 'app.version': '2' }),
  onResource('telemetry.sdk.*', {
    ...SHOP,
    'telemetry.sdk.language': 'nodejs',
    'telemetry.sdk.name': 'opentelemetry',
    'telemetry.sdk.version': '2.12.0',
  }),
  onResource('service.namespace and instance', {
    ...SHOP,
    'service.namespace': 'ns',
    'service.instance.id': '627cc493-f310-47de-96bd-71410b7dec09',
  }),
  onResource('k8s.pod.uid only', { ...SHOP, 'k8s.pod.uid': 'pod-uid-456' }),
  onResource('datadog.host.name', { ...SHOP, 'datadog.host.name': 'test-host' }),
  onResource('_dd.hostname', { ...SHOP, '_dd.hostname': 'test-host' }),
  onResource('host.name', { ...SHOP, 'host.name': 'box', 'host.id': 'i-1', 'host.arch': 'amd64' }),
  onResource('process.*', {
    ...SHOP,
    'process.pid': 4711,
    'process.command_args': ['node', 'a.js'],
    'process.runtime.name': 'nodejs',
    'process.runtime.version': '20.20.2',
  }),
  onResource('container tags by OTel names', {
    ...SHOP,
    'container.id': 'abc123',
    'container.name': 'web',
    'container.image.name': 'shop-image',
    'container.image.tag': 'v7',
    'k8s.pod.name': 'pod-1',
    'k8s.namespace.name': 'default',
    'cloud.provider': 'other',
    'cloud.region': 'eu-1',
  }),
  onResource('container tags by Datadog names', {
    ...SHOP,
    image_name: 'shop-image',
    kube_namespace: 'default',
    pod_name: 'pod-1',
    'datadog.container.tag.team': 'checkout',
  }),
  onResource('container.image.tags array', { ...SHOP, 'container.image.tags': ['a', 'b'] }),
  onResource('_dd.stats_computed', { ...SHOP, '_dd.stats_computed': 'false' }),
];
