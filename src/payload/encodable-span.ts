// Owns which parts of a span are read. Knows nothing of what becomes of them.

import type { Link, SpanStatus } from '@opentelemetry/api';
import type { ReadableSpan, TimedEvent } from '../sdk-contract.js';

export type SpanEvent = Omit<TimedEvent, 'attributes'> & {
  readonly attributes?: object | undefined;
};

export type SpanLink = Pick<Link, 'context'> & { readonly attributes?: object | undefined };

/** The parts of a span that are read. Processors of users may leave out those that have defaults. */
export type EncodableSpan = Pick<
  ReadableSpan,
  | 'name'
  | 'kind'
  | 'startTime'
  | 'endTime'
  | 'resource'
  | 'instrumentationScope'
  | 'instrumentationLibrary'
  | 'spanContext'
  | 'parentSpanContext'
  | 'parentSpanId'
> & {
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly status?: SpanStatus | undefined;
  readonly events?: readonly SpanEvent[] | undefined;
  readonly links?: readonly SpanLink[] | undefined;
};
