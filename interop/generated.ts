// Owns the spans that no row thought of: traces put together at random from what instrumentations
// write, by old and new semantic conventions.

import { SpanKind, type SpanStatus, SpanStatusCode, TraceFlags } from '@opentelemetry/api';
import type { SeededRandom } from '../test/support/seeded-random.js';
import type { EventRecipe, LinkRecipe, SpanRecipe, TraceRecipe, Values } from './recipe.js';

type Choice = readonly [key: string, values: readonly [unknown, ...unknown[]]];
type Pool = readonly [Choice, ...Choice[]];

const SPAN_POOL: Pool = [
  ['http.request.method', ['GET', 'POST', '_OTHER']],
  ['http.method', ['GET', 'DELETE']],
  ['http.route', ['/users/{id}', '/']],
  ['url.template', ['/api/{id}']],
  ['url.full', ['https://api.example.com/a?b=1']],
  ['http.url', ['https://old.example.com/a']],
  ['http.response.status_code', [200, 404, 500, '503']],
  ['http.status_code', [200, '201', 302]],
  ['server.address', ['api.example.com', '10.0.0.7']],
  ['server.port', [443, 8080]],
  ['net.peer.name', ['peer']],
  ['client.address', ['10.1.1.1']],
  ['user_agent.original', ['curl/8']],
  ['network.protocol.name', ['http', 'amqp']],
  ['network.protocol.version', ['1.1', '2']],
  ['http.request.header.accept', [['text/html']]],
  ['http.request.body.size', [12, '34']],
  ['db.system', ['postgresql', 'redis', 'mongodb', 'unheard']],
  ['db.system.name', ['mysql', 'postgresql']],
  ['db.statement', ["SELECT * FROM users WHERE name = 'x'", 'GET key']],
  ['db.query.text', ['UPDATE t SET a = 5 WHERE id IN (1, 2)']],
  ['db.namespace', ['shop']],
  ['db.name', ['legacy']],
  ['messaging.system', ['kafka', 'rabbitmq']],
  ['messaging.operation', ['publish', 'receive']],
  ['messaging.operation.type', ['send']],
  ['messaging.destination.name', ['orders']],
  ['rpc.system', ['grpc', 'aws-api']],
  ['rpc.service', ['shop.Cart', 'S3']],
  ['rpc.method', ['Add']],
  ['rpc.grpc.status_code', [0, 5, 'NOT_FOUND']],
  ['graphql.operation.type', ['query']],
  ['faas.trigger', ['http']],
  ['peer.service', ['Payments', 'stock']],
  ['operation.name', ['My Op']],
  ['resource.name', ['My Resource']],
  ['span.type', ['worker']],
  ['service.name', ['Other Service']],
  ['error.type', ['Boom', '500']],
  ['exception.message', ['inline']],
  ['count', [1, 2.5, -3, 1e12]],
  ['flag', [true, false]],
  ['list', [['a', 'b'], [1, 2], []]],
  ['unicode', ['grüße 🐨']],
  ['empty', ['']],
  ['nested', [{ a: { b: [1] } }]],
];

const RESOURCE_POOL: Pool = [
  ['service.name', ['shop', 'Cart Service', 'unknown_service:node']],
  ['service.version', ['1.2.3', 'V 4']],
  ['service.namespace', ['ns']],
  ['deployment.environment.name', ['prod', 'Stage One']],
  ['deployment.environment', ['old-prod']],
  ['host.name', ['box-1']],
  ['process.pid', [42]],
  ['telemetry.sdk.language', ['nodejs']],
  ['telemetry.sdk.version', ['2.12.0']],
  ['k8s.pod.name', ['pod-1']],
  ['cloud.provider', ['gcp']],
  ['count', [9]],
  ['flag', [true]],
  ['list', [['r']]],
  ['peer.service', ['From Resource']],
];

/** Keys with a meaning of their own, for values that nobody expects there. */
const FURTHER_KEYS = `
  sampling.priority _sample_rate _dd.measured analytics.event env version rpc.grpc.status.code
  grpc.code rpc.response.status_code rpc.system.name error.msg error.message error.stack
  messaging.destination db.sql.table http.useragent http.version http.server_name http.client_ip
  span.kind otel.trace_id otel.status_code otel.scope.name language component
`
  .trim()
  .split(/\s+/u);

// prettier-ignore
const ODD_VALUES: readonly [unknown, ...unknown[]] = [
  '', ' ', '0', '1', '-1', '2.0', '404', 'true', 'TEXT with Ü', '%$^', 'a/b:c',
  0, 1, 2, 2.5, -1, 404, true, false, null,
  [], ['x', 'y'], [1, null, 'z'], { b: 1, a: { c: [true] } }, Uint8Array.of(9, 8, 7),
];

const KINDS: readonly [SpanKind, ...SpanKind[]] = [
  SpanKind.INTERNAL,
  SpanKind.SERVER,
  SpanKind.CLIENT,
  SpanKind.PRODUCER,
  SpanKind.CONSUMER,
];

/** Spans in traces of one to six. */
export function generatedTraces(random: SeededRandom, spans: number): readonly TraceRecipe[] {
  const traces: TraceRecipe[] = [];
  let left = spans;
  while (left > 0) {
    const size = Math.min(left, 1 + random.below(6));
    traces.push(generatedTrace(random, size, traces.length));
    left -= size;
  }
  return traces;
}

function generatedTrace(random: SeededRandom, size: number, index: number): TraceRecipe {
  const children = Array.from({ length: size - 1 }, () => generatedSpan(random, []));
  const nested = children.slice(0, random.below(children.length + 1));
  const [parent, ...others] = children.slice(nested.length);
  const direct = parent === undefined ? nested : [{ ...parent, children: nested }, ...others];
  return {
    label: `generated: ${index}`,
    resource: values(random, RESOURCE_POOL, 6),
    root: generatedSpan(random, direct),
    remoteParent: random.chance(30),
    ...(random.chance(20) ? { traceState: random.pick(['foo=bar', 'ot=th:8', 'ot=p:2,x=y']) } : {}),
  };
}

function generatedSpan(random: SeededRandom, children: readonly SpanRecipe[]): SpanRecipe {
  return {
    name: random.pick(['GET /', 'query', 'orders process', 'do Something Ü']),
    kind: random.pick(KINDS),
    attributes: values(random, SPAN_POOL, 9),
    status: random.pick<SpanStatus>([
      { code: SpanStatusCode.UNSET },
      { code: SpanStatusCode.OK },
      { code: SpanStatusCode.ERROR },
      { code: SpanStatusCode.ERROR, message: 'it broke' },
    ]),
    events: Array.from({ length: random.chance(30) ? 1 + random.below(3) : 0 }, () =>
      event(random),
    ),
    links: Array.from({ length: random.chance(20) ? 1 + random.below(2) : 0 }, () => link(random)),
    scope: random.pick([{ name: 'http-lib', version: '0.9.0' }, { name: 'pg' }]),
    durationNanos: random.below(2_000_000_000),
    children,
  };
}

function values(random: SeededRandom, pool: Pool, most: number): Values {
  const count = random.below(most + 1);
  return Object.fromEntries(Array.from({ length: count }, () => entry(random, pool)));
}

function entry(random: SeededRandom, pool: Pool): readonly [string, unknown] {
  const [key, options] = random.pick(pool);
  if (!random.chance(25)) return [key, random.pick(options)];
  const further = FURTHER_KEYS[random.below(2 * FURTHER_KEYS.length)];
  return [further ?? key, random.pick(ODD_VALUES)];
}

function event(random: SeededRandom): EventRecipe {
  const attributes = random.chance(50)
    ? { 'exception.type': 'Error', 'exception.message': 'no', 'exception.stacktrace': 'at a\nat b' }
    : { n: random.below(100), f: 0.5, text: 'x', list: ['a'] };
  return {
    name: random.pick(['exception', 'log', 'message']),
    attributes,
    atNanos: random.below(1_000_000),
  };
}

function link(random: SeededRandom): LinkRecipe {
  return {
    context: {
      traceId: random.hex(32),
      spanId: random.hex(16),
      traceFlags: random.pick([TraceFlags.SAMPLED, TraceFlags.NONE]),
    },
    attributes: random.chance(50) ? { reason: 'batch', n: random.below(9) } : {},
  };
}
