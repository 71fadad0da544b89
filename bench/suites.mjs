// Owns the suites of the two commands, in the order in which they run.

import { deopts, encode, encodeWarm, quickEncode, shapes } from './encode/suites.mjs';
import { pipeline, pipelinePinned } from './pipeline/suites.mjs';
import { load, overload, workers } from './scale/suites.mjs';
import { quickSending, sending } from './sending/suites.mjs';

export const FULL = [
  encode,
  encodeWarm,
  shapes,
  deopts,
  sending,
  pipeline,
  pipelinePinned,
  overload,
  load,
  workers,
];
/** Takes less than a minute. */
export const QUICK = [quickEncode, quickSending];
