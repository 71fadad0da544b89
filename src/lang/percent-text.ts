// Owns reading text in which characters may be percent-encoded. Knows nothing of where it stands.

/** The text itself if it is not encoded properly: a lone % is what the user typed. */
export function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
