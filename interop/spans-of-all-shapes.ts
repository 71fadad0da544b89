// Owns the traces that the native tests send: every shape that a span has, none that the Agent would
// have to repair.

import { SpanKind, SpanStatusCode, TraceFlags } from '@opentelemetry/api';
import type { TraceRecipe } from './recipe.js';

export const TRACE_ID = '72df520af2bde7a5240031ead750e5f3';
export const LINKED_TRACE_ID = 'fedcba98765432100123456789abcdef';

export const shapes: readonly TraceRecipe[] = [
  {
    label: 'a request with children of every kind',
    traceId: TRACE_ID,
    resource: {
      'service.name': 'shop',
      'service.version': '1.2.3',
      'deployment.environment.name': 'prod',
    },
    root: {
      name: 'GET /carts/{id}',
      kind: SpanKind.SERVER,
      attributes: {
        'http.request.method': 'GET',
        'http.route': '/carts/{id}',
        'http.response.status_code': 500,
      },
      status: { code: SpanStatusCode.ERROR, message: 'broken' },
      durationNanos: 1_234_567_891,
      events: [
        {
          name: 'exception',
          attributes: { 'exception.type': 'Boom', 'exception.message': 'bang' },
          atNanos: 17,
        },
        { name: 'retry', attributes: { attempt: 2, backoff: 0.5, last: false } },
      ],
      links: [
        {
          context: {
            traceId: LINKED_TRACE_ID,
            spanId: 'abcdef0123456789',
            traceFlags: TraceFlags.SAMPLED,
          },
          attributes: { reason: 'a "quoted" one' },
        },
      ],
      children: [
        { kind: SpanKind.INTERNAL, children: [{ kind: SpanKind.INTERNAL }] },
        { kind: SpanKind.CLIENT, attributes: { 'db.system': 'redis', 'db.statement': 'GET a' } },
        { kind: SpanKind.PRODUCER, attributes: { 'messaging.system': 'kafka' } },
        { kind: SpanKind.CONSUMER },
      ],
    },
  },
  { label: 'a remote parent', remoteParent: true, root: { kind: SpanKind.CONSUMER } },
  { label: 'a 64-bit trace id', traceId: '0000000000000000ffffffffffffffff', root: {} },
  { label: 'no duration', root: { durationNanos: 0 } },
  { label: 'ends before it starts', root: { durationNanos: -1 } },
  { label: 'no service', resource: {}, root: {} },
  { label: 'a service to repair', resource: { 'service.name': '%$^' }, root: {} },
  { label: 'a long service', resource: { 'service.name': 'é'.repeat(200) }, root: {} },
  { label: 'names to repair', root: { name: '', attributes: { 'operation.name': '9 ü %' } } },
  { label: 'a long resource', root: { name: '🐨'.repeat(5_000) } },
  { label: 'a long type', root: { attributes: { 'span.type': 'x'.repeat(200) } } },
  { label: 'a peer to repair', root: { attributes: { 'peer.service': 'A B', 'k.l': null } } },
  {
    label: 'a status that is none',
    root: { kind: SpanKind.SERVER, attributes: { 'http.response.status_code': '799' } },
  },
  {
    label: 'long tags',
    root: { attributes: { ['k'.repeat(300)]: 'v', value: '繋'.repeat(20_000) } },
  },
];
