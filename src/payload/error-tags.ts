// Owns the tags that tell what went wrong in a failed span. Knows nothing of bytes.

import { attributeText } from './attribute-text.js';
import { httpStatusText } from './http-status-text.js';
import { readableValue } from './readable-entries.js';
import type { SpanEvent, EncodableSpan } from './trace-chunks.js';

/** Tags by name, in the order in which they are written; the span's own attributes win. */
export type ErrorTags = readonly (readonly [key: string, value: string])[];

/**
 * `error.msg` is what the Agent's OTLP path sends, if need be made of an HTTP status that is text;
 * `error.type`, `error.message` and `error.stack` are what Datadog's own tracers send, here from the
 * last exception event.
 */
export function errorTags(
  { status, events }: Pick<EncodableSpan, 'status' | 'events'>,
  httpStatus: string | undefined,
  fromException: boolean,
): ErrorTags {
  const exception = fromException ? events?.findLast(isException) : undefined;
  const description = attributeText(status?.message);
  const message = textAt(exception, 'exception.message');
  const answered = httpStatus && httpStatusText(httpStatus);
  const tags: [string, string | undefined][] = [
    ['error.msg', description || answered || message],
    ['error.message', message || description],
    ['error.type', textAt(exception, 'exception.type')],
    ['error.stack', textAt(exception, 'exception.stacktrace')],
  ];
  return tags.filter((tag): tag is [string, string] => tag[1] !== undefined && tag[1] !== '');
}

/** Whether an event is one that `recordException` made. */
export function isException(event: SpanEvent): boolean {
  return event.name === 'exception';
}

function textAt(event: SpanEvent | undefined, key: string): string | undefined {
  const attributes = event?.attributes;
  const value = attributes && readableValue(attributes, key);
  return value === undefined ? undefined : attributeText(value);
}
