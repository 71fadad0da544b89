// Owns the suites of the two commands, in the order in which they run.

import { encode, encodeWarm, quickEncode, shapes } from './encode/suites.mjs';

export const FULL = [encode, encodeWarm, shapes];
/** Takes less than a minute. */
export const QUICK = [quickEncode];
