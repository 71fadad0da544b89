// Owns the quotes that a text may have around it. Knows nothing of what the text is.

/** Without a quote at either end: SDK 1.30 removes those around a value of a resource, 2.12 does not. */
export function withoutQuotes(text: string): string {
  return text.replace(/^"|"$/g, '');
}
