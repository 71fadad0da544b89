// Owns the Agent's character rules for names, services and tag values, so that the Agent has nothing
// to repair in what it gets. Pure functions of strings.
// Source: datadog-agent, pkg/trace/traceutil/normalize.

const MAX_TAG_CHARACTERS = 200;
const MAX_TAG_BYTES = 400;
/** Longest service and operation name, in bytes of UTF-8. */
const MAX_NAME_BYTES = 100;
const UNNAMED_OPERATION = 'unnamed_operation';
export const UNNAMED_SERVICE = 'unnamed-service';

/** Already normal, as almost every real value is: no upper case, nothing to replace or merge. */
const NORMAL_TAG = /^[a-z0-9:./-]+(?:_[a-z0-9:./-]+)*$/;
const NORMAL_NAME = /^[A-Za-z][A-Za-z0-9.]*(?:_[A-Za-z0-9][A-Za-z0-9.]*)*$/;
/** Other characters may change their length in lower case. */
const ASCII = /^[\0-\x7f]*$/;
const NOT_NORMAL = /[^a-z0-9:./-]+/g;
const UPPER_CASE = /^\p{Lu}$/u;
const LETTER = /^\p{L}$/u;
const DIGIT_LIKE = /^[\p{Nd}./-]$/u;

/** NormalizeTagValue: lower case; every run of characters that are not allowed becomes one `_`. */
export function normalizeTagValue(value: string): string {
  if (value.length <= MAX_TAG_CHARACTERS && NORMAL_TAG.test(value)) return value;
  const head = value.slice(0, MAX_TAG_CHARACTERS);
  if (ASCII.test(head)) return withoutLastUnderscore(head.toLowerCase().replace(NOT_NORMAL, '_'));
  let normal = '';
  let characters = 0;
  let bytes = 0;
  for (const character of value) {
    if (characters++ >= MAX_TAG_CHARACTERS || bytes >= MAX_TAG_BYTES) break;
    bytes += Buffer.byteLength(character);
    const lower = lowerCase(character);
    if (lower === ':' || LETTER.test(lower) || DIGIT_LIKE.test(lower)) normal += lower;
    else if (!normal.endsWith('_')) normal += '_';
  }
  return withoutLastUnderscore(normal);
}

function withoutLastUnderscore(normal: string): string {
  return normal.endsWith('_') ? normal.slice(0, -1) : normal;
}

/** Like `normalizeTagValue`; `undefined` if nothing of the value is left. */
export function normalTagValue(value: string | undefined): string | undefined {
  const normal = value === undefined ? '' : normalizeTagValue(value);
  return normal === '' ? undefined : normal;
}

/** NormalizeService: at most 100 bytes of a tag value; `unnamed-service` if nothing is left. */
export function normalizeService(service: string): string {
  const normal = normalizeTagValue(cutUtf8(service, MAX_NAME_BYTES));
  return normal === '' ? UNNAMED_SERVICE : normal;
}

/** NormalizeName: a metric name of at most 100 bytes that starts with an ASCII letter. */
export function normalizeName(name: string): string {
  if (name.length <= MAX_NAME_BYTES && NORMAL_NAME.test(name)) return name;
  const started = cutUtf8(name, MAX_NAME_BYTES).replace(/^[^A-Za-z]+/, '');
  const whole = started.endsWith('_') ? started.slice(0, -1) : started;
  if (NORMAL_NAME.test(whole)) return whole; // the loop would turn `._` into `.`
  let normal = '';
  for (const byte of Buffer.from(started)) {
    const character = String.fromCharCode(byte);
    const last = normal.at(-1);
    if (/[A-Za-z0-9]/.test(character)) normal += character;
    else if (character === '.') normal = (last === '_' ? normal.slice(0, -1) : normal) + '.';
    else if (last !== '.' && last !== '_') normal += '_';
  }
  if (normal.endsWith('_')) normal = normal.slice(0, -1);
  return normal === '' ? UNNAMED_OPERATION : normal;
}

/** The longest prefix of at most `maxBytes` of UTF-8 that ends between characters. */
export function cutUtf8(text: string, maxBytes: number): string {
  if (text.length * 3 <= maxBytes) return text;
  const bytes = Buffer.from(text.slice(0, maxBytes + 1));
  if (bytes.length <= maxBytes) return text;
  let end = maxBytes;
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return bytes.toString('utf8', 0, end);
}

/** At most `maxBytes` of UTF-8; a longer text ends in `...`. */
export function cutWithEllipsis(text: string, maxBytes: number): string {
  const cut = cutUtf8(text, maxBytes);
  return cut.length === text.length ? text : `${cutUtf8(text, maxBytes - 3)}...`;
}

/** Upper case in lower case, unless that takes another number of bytes, as in the Agent: title case stays. */
function lowerCase(character: string): string {
  if (!UPPER_CASE.test(character)) return character;
  const lower = character.toLowerCase();
  return Buffer.byteLength(lower) === Buffer.byteLength(character) ? lower : character;
}
