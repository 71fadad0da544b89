// Owns the warning about options that do not exist: a misspelt one would otherwise look as if it worked.
// Knows no option by name.

import { Diagnostics, type Warn } from '../diagnostics.js';
import { systemClock } from '../lang/clock.js';

/** The names of all options of `T`. */
export type OptionNames<T> = Readonly<Record<keyof T, true>>;

/** Calls `warn` for each option of `owner` that is not among `known`. */
export function warnOfUnknownOptions(
  owner: string,
  options: object,
  known: Readonly<Record<string, true>>,
  warn: Warn = warnThroughDiag,
): void {
  for (const name of Object.keys(options)) {
    if (Object.hasOwn(known, name)) continue;
    warn(name, `${owner} has no option \`${name}\`; it is ignored`);
  }
}

function warnThroughDiag(topic: string, message: string): void {
  new Diagnostics(systemClock).warn(topic, message);
}
