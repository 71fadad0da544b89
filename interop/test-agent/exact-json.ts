// Owns reading JSON whose integers are larger than a number of JavaScript is exact.

/** A string, or an integer of that many digits; what is within a string is none. */
const STRING_OR_LARGE = /"(?:[^"\\]|\\.)*"|-?\d{16,}/gu;

/** Integers of 16 digits and more become text. */
export function exactJson(text: string): unknown {
  const quoted = text.replace(STRING_OR_LARGE, (match) =>
    match.startsWith('"') ? match : `"${match}"`,
  );
  return JSON.parse(quoted);
}
