// Owns what the figures of a run should come to: mostly ratios, each with its gate and the goal beyond it. Their
// ids are names only; one may stand for several ratios. `of(suite, row, metric)` reads a median of the run, or the
// least; absolute times are in no goal.

import { ENCODING_GOALS } from './encoding.mjs';
import { PIPELINE_GOALS } from './pipeline.mjs';
import { SCALE_GOALS } from './scale.mjs';
import { SENDING_GOALS } from './sending.mjs';

export const GOALS = [...ENCODING_GOALS, ...PIPELINE_GOALS, ...SENDING_GOALS, ...SCALE_GOALS];
