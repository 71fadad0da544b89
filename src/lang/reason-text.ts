// Owns how messages word what was thrown. Knows nothing of who threw it.

import { isNativeError } from 'node:util/types';

/** The message of any thrown value; if empty, that of its cause or, of an AggregateError, of its first error. */
export function reasonOf(thrown: unknown): string {
  try {
    return messageOf(thrown);
  } catch {
    return 'something that cannot be shown'; // an object without a prototype, a getter that throws
  }
}

function messageOf(thrown: unknown): string {
  if (!isError(thrown)) return String(thrown);
  const message = thrown.message.trim(); // messages of OpenSSL end with a line feed
  if (message !== '') return message;
  const inner: unknown = isAggregate(thrown) ? thrown.errors[0] : thrown.cause;
  return isError(inner) && inner.message !== '' ? inner.message : thrown.name;
}

/** Also recognises errors of another realm, as Node's own are when Jest runs the modules. */
function isError(thrown: unknown): thrown is Error {
  return thrown instanceof Error || isNativeError(thrown);
}

function isAggregate(error: Error): error is Error & { readonly errors: readonly unknown[] } {
  return 'errors' in error && Array.isArray(error.errors);
}
