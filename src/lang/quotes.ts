// Owns the quotes around a value of `OTEL_RESOURCE_ATTRIBUTES`.

/** Without a quote at either end: SDK 1.30 removes those around a value of a resource, 2.12 does not. */
export function withoutQuotes(text: string): string {
  return text.replace(/^"|"$/g, '');
}
