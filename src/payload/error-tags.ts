// Owns the tags that tell what went wrong in a failed span. Knows nothing of bytes.

import { attributeText } from './attribute-text.js';
import type { SpanEvent, EncodableSpan } from './encodable-span.js';
import { httpStatusText } from './http-status-text.js';
import { readableValue } from './readable-entries.js';

/** Values of the error tags, as far as there is something to tell; the span's own attributes win. */
interface ErrorTags {
  /** `error.msg` */
  readonly msg: string | undefined;
  /** `error.message` */
  readonly message: string | undefined;
  /** `error.type` */
  readonly type: string | undefined;
  /** `error.stack` */
  readonly stack: string | undefined;
}

/**
 * `error.msg` is what the Agent's OTLP path sends: the description, else made of an HTTP status that is
 * text. The others are what Datadog's own tracers send, here from the last exception event.
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
  return {
    msg: description || answered || message,
    message: message || description,
    type: textAt(exception, 'exception.type'),
    stack: textAt(exception, 'exception.stacktrace'),
  };
}

/** Whether the event is one that `recordException` makes. */
export function isException(event: SpanEvent): boolean {
  return event.name === 'exception';
}

function textAt(event: SpanEvent | undefined, key: string): string | undefined {
  const attributes = event?.attributes;
  const value = attributes && readableValue(attributes, key);
  return value === undefined ? undefined : attributeText(value);
}
