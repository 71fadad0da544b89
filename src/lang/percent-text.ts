// Owns reading text in which characters may be percent-encoded. Knows nothing of where it is from.

/** The text decoded, or as it is if it is not encoded properly: a lone % is what the user typed. */
export function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
