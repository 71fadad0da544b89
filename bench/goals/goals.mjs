// Owns what the figures of a run must come to: ratios, each with the gate that has to hold and the goal
// beyond it. `of(suite, row, metric)` reads a median of the run; absolute times are in no goal.

import { ENCODING_GOALS } from './encoding.mjs';
import { PIPELINE_GOALS } from './pipeline.mjs';
import { SCALE_GOALS } from './scale.mjs';
import { SENDING_GOALS } from './sending.mjs';

export const GOALS = [...ENCODING_GOALS, ...PIPELINE_GOALS, ...SENDING_GOALS, ...SCALE_GOALS];
