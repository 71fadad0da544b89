// Owns making true SDK spans from plain descriptions, each trace with its own OTel resource and every
// id and time fixed by a seed.

import {
  type Attributes,
  type Link,
  ROOT_CONTEXT,
  type SpanContext,
  SpanKind,
  type SpanStatus,
  trace,
  TraceFlags,
} from '@opentelemetry/api';
import { type Resource, resourceFromAttributes } from '@opentelemetry/resources';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import type { SeededRandom } from '../test/support/seeded-random.js';

export type Values = Readonly<Record<string, unknown>>;

export interface EventRecipe {
  readonly name: string;
  readonly attributes?: Values;
  readonly atNanos?: number;
  readonly droppedAttributesCount?: number;
}

export interface LinkRecipe {
  readonly context: SpanContext;
  readonly attributes?: Values;
  readonly droppedAttributesCount?: number;
}

export interface SpanRecipe {
  readonly name?: string;
  readonly kind?: SpanKind;
  readonly attributes?: Values;
  readonly status?: SpanStatus;
  readonly events?: readonly EventRecipe[];
  readonly links?: readonly LinkRecipe[];
  readonly scope?: {
    readonly name: string;
    readonly version?: string;
    readonly attributes?: Values;
  };
  readonly durationNanos?: number;
  readonly children?: readonly SpanRecipe[];
}

export interface TraceRecipe {
  /** What the comparison shows of the input. */
  readonly label: string;
  readonly resource?: Values;
  readonly root: SpanRecipe;
  /** A parent in another process; its tracestate is the trace's. */
  readonly remoteParent?: boolean;
  readonly traceState?: string;
  readonly traceId?: string;
  /** Not in the order in which the spans end. */
  readonly rootFirst?: boolean;
}

export interface LabelledSpan {
  readonly label: string;
  readonly span: ReadableSpan;
}

/** Descriptions by what the Agent knows a span by. */
export function labelsOf(spans: readonly LabelledSpan[]): ReadonlyMap<string, string> {
  return new Map(
    spans.map((labelled) => {
      const { traceId, spanId } = labelled.span.spanContext();
      const id = `${BigInt(`0x${traceId.slice(16)}`)}/${BigInt(`0x${spanId}`)}`;
      return [id, description(labelled)];
    }),
  );
}

function description({ span, label }: LabelledSpan): string {
  const input = JSON.stringify({
    kind: SpanKind[span.kind],
    attributes: span.attributes,
    resource: span.resource.attributes,
    status: span.status,
  });
  return `${label} ${input.length > 700 ? `${input.slice(0, 700)}…` : input}`;
}

const START_SECONDS = 1_760_000_000;
const NANOS = 1_000_000_000;

/** The spans of one trace, in the order in which they end: children first. */
export function recordTrace(recipe: TraceRecipe, random: SeededRandom): readonly LabelledSpan[] {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({
    spanProcessors: [new SimpleSpanProcessor(exporter)],
    idGenerator: {
      generateTraceId: () => recipe.traceId ?? random.hex(32),
      generateSpanId: () => random.hex(16),
    },
  });
  const recipes: SpanRecipe[] = [];
  record(provider, recipe.root, remoteContext(recipe, random), recipes);
  const resource = resourceOf(recipe.resource ?? { 'service.name': 'shop' });
  const spans = exporter.getFinishedSpans().map((span, index) => ({
    label: recipe.label,
    span: completed(span, recipes[index] ?? {}, resource),
  }));
  return recipe.rootFirst === true ? spans.toReversed() : spans;
}

function remoteContext(recipe: TraceRecipe, random: SeededRandom): typeof ROOT_CONTEXT {
  if (recipe.remoteParent !== true && recipe.traceState === undefined) return ROOT_CONTEXT;
  return trace.setSpanContext(ROOT_CONTEXT, {
    traceId: recipe.traceId ?? random.hex(32),
    spanId: random.hex(16),
    traceFlags: TraceFlags.SAMPLED,
    isRemote: true,
    ...(recipe.traceState === undefined ? {} : { traceState: rawTraceState(recipe.traceState) }),
  });
}

/** As it was received; the SDK's own class drops what is not well formed. */
export function rawTraceState(text: string): NonNullable<SpanContext['traceState']> {
  const state: NonNullable<SpanContext['traceState']> = {
    get: (key) =>
      text
        .split(',')
        .map((member) => member.trim())
        .find((member) => member.startsWith(`${key}=`))
        ?.slice(key.length + 1),
    set: () => state,
    unset: () => state,
    serialize: () => text,
  };
  return state;
}

function record(
  provider: BasicTracerProvider,
  recipe: SpanRecipe,
  parent: typeof ROOT_CONTEXT,
  recorded: SpanRecipe[],
): void {
  const { scope = { name: 'interop', version: '1.0.0' }, durationNanos = 1_500_000 } = recipe;
  const tracer = provider.getTracer(scope.name, scope.version);
  const kind = recipe.kind ?? SpanKind.INTERNAL;
  const options = { kind, startTime: timeAt(0), links: linksOf(recipe) };
  const span = tracer.startSpan(recipe.name ?? 'span_name', options, parent);
  for (const event of recipe.events ?? []) {
    span.addEvent(event.name, timeAt(event.atNanos ?? 1_000));
  }
  if (recipe.status !== undefined) span.setStatus(recipe.status);
  for (const child of recipe.children ?? []) {
    record(provider, child, trace.setSpan(parent, span), recorded);
  }
  span.end(timeAt(durationNanos));
  recorded.push(recipe);
}

function timeAt(nanos: number): [number, number] {
  const total = 123_456_789 + nanos;
  return [START_SECONDS + Math.floor(total / NANOS), ((total % NANOS) + NANOS) % NANOS];
}

function linksOf(recipe: SpanRecipe): Link[] {
  return (recipe.links ?? []).map(({ context }) => ({ context }));
}

/** One object for all spans of a trace, because OTLP groups by it. */
function resourceOf(values: Values): Resource {
  const empty = resourceFromAttributes({});
  return {
    attributes: attributesOf(values),
    merge: (other) => empty.merge(other),
    getRawAttributes: () => [],
  };
}

/**
 * The span with its attributes as the recipe has them: this SDK leaves out values that the next one
 * keeps (objects, bytes, null), and knows no attributes of scopes.
 */
function completed(span: ReadableSpan, recipe: SpanRecipe, resource: Resource): ReadableSpan {
  const { scope } = recipe;
  return {
    name: span.name,
    kind: span.kind,
    spanContext: () => span.spanContext(),
    ...(span.parentSpanContext === undefined ? {} : { parentSpanContext: span.parentSpanContext }),
    startTime: span.startTime,
    endTime: span.endTime,
    status: span.status,
    attributes: attributesOf(recipe.attributes ?? {}),
    links: span.links.map((link, index) => ({
      ...link,
      attributes: attributesOf(recipe.links?.[index]?.attributes ?? {}),
      droppedAttributesCount: recipe.links?.[index]?.droppedAttributesCount ?? 0,
    })),
    events: span.events.map((event, index) => ({
      ...event,
      attributes: attributesOf(recipe.events?.[index]?.attributes ?? {}),
      droppedAttributesCount: recipe.events?.[index]?.droppedAttributesCount ?? 0,
    })),
    duration: span.duration,
    ended: span.ended,
    resource,
    instrumentationScope: scope ?? span.instrumentationScope,
    droppedAttributesCount: span.droppedAttributesCount,
    droppedEventsCount: span.droppedEventsCount,
    droppedLinksCount: span.droppedLinksCount,
  };
}

/** The SDK's types know fewer values than it hands over. */
function attributesOf(values: Values): Attributes {
  const attributes: Record<string, never> = {};
  return Object.assign(attributes, values);
}
