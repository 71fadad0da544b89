// Owns the quotes that the value of a resource attribute may have around it: SDK 1.30 removes them where it reads the
// variables, 2.12 does not. Knows no variable by name.

/** Without a quote at either end. */
export function withoutQuotes(text: string): string {
  return text.replace(/^"|"$/g, '');
}
