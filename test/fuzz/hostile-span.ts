// Owns spans with hostile members, as data that can be printed and replayed, and what is made of it.

import fc from 'fast-check';
import type { ReadableSpan } from '../../src/index.js';
import { makeSpan, nextSpanId } from '../support/spans.js';
import { type HostileValue, hostileValue, make } from './hostile-value.js';

export interface HostileSpan {
  /** Members of the span, and of what is in it, that are replaced. */
  readonly members: Readonly<Partial<Record<Member, HostileValue>>>;
  /** Members that throw when they are read. */
  readonly throwing: readonly Member[];
  readonly attributes: readonly Entry[];
  readonly resource: readonly Entry[];
  readonly events: readonly Part[];
  readonly links: readonly Part[];
}

type Entry = readonly [string, HostileValue];

/** An event or a link. */
interface Part {
  readonly members: readonly Entry[];
  readonly attributes: readonly Entry[];
}

/** A dot goes into the member before it. */
const MEMBERS = [
  'name',
  'kind',
  'startTime',
  'endTime',
  'duration',
  'ended',
  'status',
  'status.code',
  'status.message',
  'attributes',
  'events',
  'links',
  'resource',
  'resource.attributes',
  'resource.schemaUrl',
  'instrumentationScope',
  'instrumentationScope.name',
  'instrumentationScope.version',
  'instrumentationScope.attributes',
  'spanContext',
  'context',
  'context.traceId',
  'context.spanId',
  'context.traceFlags',
  'context.traceState',
  'parentSpanContext',
  'parentSpanContext.spanId',
  'parentSpanContext.isRemote',
  'parentSpanId',
  'droppedAttributesCount',
] as const;
type Member = (typeof MEMBERS)[number];

const KEYS = [
  '',
  '__proto__',
  'constructor',
  'toJSON',
  'length',
  'service.name',
  'operation.name',
  'resource.name',
  'span.type',
  'span.kind',
  'http.response.status_code',
  'http.request.method',
  'db.system',
  'env',
  'version',
  'error',
  'error.msg',
  'analytics.event',
  'sampling.priority',
  '_dd.p.tid',
  '_dd.p.dm',
  '_sampling_priority_v1',
  'exception.message',
  'exception.type',
  'exception.stacktrace',
  'peer.service',
  'http.request.header.x',
];
const key = fc.oneof(
  fc.constantFrom(...KEYS),
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.constantFrom('k'.repeat(10_000), '\uD800', 'a\u0000b'),
);
const entries = (maxLength: number): fc.Arbitrary<readonly Entry[]> =>
  fc.array(fc.tuple(key, hostileValue), { maxLength });
const partKey = fc.constantFrom('name', 'time', 'attributes', 'context', 'droppedAttributesCount');
const part: fc.Arbitrary<Part> = fc.record({
  members: fc.array(fc.tuple(partKey, hostileValue), { maxLength: 2 }),
  attributes: entries(3),
});

export const hostileSpan: fc.Arbitrary<HostileSpan> = fc.record({
  members: fc
    .array(fc.tuple(fc.constantFrom(...MEMBERS), hostileValue), { maxLength: 3 })
    .map((replaced): HostileSpan['members'] => Object.fromEntries(replaced)),
  throwing: fc.oneof(
    { weight: 4, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.array(fc.constantFrom(...MEMBERS), { maxLength: 2 }) },
  ),
  attributes: entries(6),
  resource: entries(3),
  events: fc.array(part, { maxLength: 2 }),
  links: fc.array(part, { maxLength: 2 }),
});

/** What the data stands for; valid in everything that it does not mention. */
export function makeHostile(plan: HostileSpan): ReadableSpan {
  const spanId = nextSpanId();
  const context: object = { traceId: spanId.padStart(32, 'f'), spanId, traceFlags: 1 };
  const linked = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 };
  const span: object = Object.assign(makeSpan(), {
    context,
    parentSpanContext: { ...linked },
    status: { code: 2, message: 'failed' },
    attributes: objectOf(plan.attributes),
    resource: { attributes: objectOf(plan.resource) },
    events: plan.events.map((one) => partOf({ name: 'exception', time: [1, 2] }, one)),
    links: plan.links.map((one) => partOf({ context: linked }, one)),
  });
  Object.assign(span, { spanContext: (): unknown => Reflect.get(span, 'context') });
  for (const [member, value] of Object.entries(plan.members)) {
    define(span, member, { value: make(value), writable: true });
  }
  for (const member of plan.throwing) {
    define(span, member, {
      get: () => {
        throw new Error('hostile');
      },
    });
  }
  return believed(span);
}

function partOf(valid: object, { members, attributes }: Part): object {
  return Object.assign(valid, { attributes: objectOf(attributes) }, objectOf(members));
}

/** A key `__proto__` is a key like any other. */
function objectOf(from: readonly Entry[]): object {
  const made = {};
  for (const [name, value] of from) define(made, [name], { value: make(value), writable: true });
  return made;
}

function define(target: object, at: string | readonly string[], what: PropertyDescriptor): void {
  const [first = '', ...rest] = typeof at === 'string' ? at.split('.') : at;
  if (rest.length === 0) {
    Object.defineProperty(target, first, { ...what, enumerable: true, configurable: true });
    return;
  }
  const inner = innerOf(target, first);
  if (inner !== undefined) define(inner, rest, what);
}

/** What is hostile itself has no members to replace. */
function innerOf(target: object, name: string): object | undefined {
  try {
    const inner: unknown = Reflect.get(target, name);
    return typeof inner === 'object' && inner !== null && Object.isExtensible(inner)
      ? inner
      : undefined;
  } catch {
    return undefined;
  }
}

/** Passes for a span, as with a caller in JavaScript. */
function believed(value: object): ReadableSpan {
  if (isSpan(value)) return value;
  throw new Error('no span');
}

function isSpan(_value: object): _value is ReadableSpan {
  return true;
}
