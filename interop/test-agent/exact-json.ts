// Owns reading JSON whose integers are larger than a number of JavaScript is exact.

/** A string, or an integer of 16 digits and more; digits within a string or of a fraction are none. */
const STRING_OR_LARGE = /"(?:[^"\\]|\\.)*"|(?<![\d.])-?\d{16,}(?![\d.eE])/gu;

/** Integers of 16 digits and more become text. */
export function exactJson(text: string): unknown {
  const quoted = text.replace(STRING_OR_LARGE, (match) =>
    match.startsWith('"') ? match : `"${match}"`,
  );
  return JSON.parse(quoted);
}
