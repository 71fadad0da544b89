// Owns spans of unusual shape: what may be dear in them is one thing at a time.

import { SpanKind } from '@opentelemetry/api';
import { failure, newFailure } from './failures.mjs';
import { freshTexts, freshUnicodeTexts } from './fresh-text.mjs';
import { newProvider } from './pipeline.mjs';
import { integerBelow } from './random.mjs';

const TEXTS = [
  'order-4711-of-basket',
  'https://example.com/a',
  'eu-west-1',
  'a value of some words',
];
const UNICODE = [
  'Bestellung für Zürich',
  'заказ номер семь',
  '注文番号四千七百十一',
  'paid ✅ with 💳',
];

const text = freshTexts(TEXTS);
const unicodeText = freshUnicodeTexts(UNICODE);
const KEYS = Array.from({ length: 10_000 }, (_, i) => `app.part${i % 100}.key${i}`);
const TRACERS = Array.from({ length: 1_000 }, (_, i) => `instrumentation-${i}`);
const ATTRIBUTES = 10;
const MESSAGE_KEYS = [
  'messaging.system',
  'messaging.operation',
  'messaging.destination.name',
  'messaging.message.id',
];
const MESSAGE_TEXTS = ['kafka', 'publish'];

/** By name: what is unusual about a span of the shape. */
export const SHAPES = {
  plain: shape({}),
  shuffled: shape({ keyOf: (i, turn) => KEYS[(i * 3 + turn) % ATTRIBUTES] }),
  'attributes-19': shape({ attributes: 19 }),
  'attributes-20': shape({ attributes: 20 }),
  'attributes-40': shape({ attributes: 40 }),
  unicode: shape({ textOf: unicodeText }),
  lists: shape({ textOf: () => [text(), text()] }),
  'keys-10000': shape({ keyOf: () => KEYS[integerBelow(KEYS.length)] }),
  bare: shape({ attributes: 0 }),
  messages: shape({
    attributes: MESSAGE_KEYS.length,
    keyOf: (i) => MESSAGE_KEYS[i],
    textOf: (i) => MESSAGE_TEXTS[i] ?? text(),
    kind: SpanKind.PRODUCER,
  }),
  events: shape({ events: 3 }),
  // Exceptions of few different stacks, and those of which each has its own.
  stacks: shape({ failureOf: failure }),
  'new-stacks': shape({ failureOf: newFailure }),
  // A resource and a tracer for each request, as where one process works for many tenants.
  tenants: shape({ spansPerProvider: 8 }),
  'tracers-1000': shape({ tracerOf: () => TRACERS[integerBelow(TRACERS.length)] }),
};

function shape({
  attributes = ATTRIBUTES,
  keyOf = (i) => KEYS[i],
  textOf = text,
  tracerOf = () => 'shop',
  kind = SpanKind.INTERNAL,
  events = 0,
  failureOf,
  spansPerProvider = Infinity,
}) {
  return { attributes, keyOf, textOf, tracerOf, kind, events, failureOf, spansPerProvider };
}

/** @returns a function that makes one span of the shape, a trace of its own, and ends it. */
export function spansOfShape(processor, name) {
  const what = SHAPES[name];
  const { tracerOf, kind, events, failureOf, spansPerProvider } = what;
  let provider = newProvider(processor);
  let spans = 0;
  return () => {
    spans++;
    if (spans % spansPerProvider === 0) provider = newProvider(processor, { 'tenant.id': spans });
    const options = { attributes: attributesOf(what), kind };
    const span = provider.getTracer(tracerOf(), '1.0.0').startSpan('process order', options);
    for (let i = 0; i < events; i++) span.addEvent('item added', { item: text(), position: i });
    if (failureOf !== undefined) span.recordException(failureOf());
    span.end();
  };
}

function attributesOf({ attributes: count, keyOf, textOf }) {
  const attributes = {};
  const turn = integerBelow(count);
  for (let i = 0; i < count; i++) attributes[keyOf(i, turn)] = textOf(i);
  return attributes;
}
