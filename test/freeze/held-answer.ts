// Owns an answer of a misbehaving peer that comes when the test lets it, also during a freeze.

import type { Script, Step } from '../support/fault-server.js';
import { readAll, reply } from '../support/fault-steps.js';
import { until } from '../support/until.js';
import { openGate } from '../support/gate.js';

export interface HeldAnswer {
  readonly script: Script;
  /** Resolves when all has been done. */
  release(): Promise<void>;
}

/** What comes after the answer is still part of its release. */
export function holdAnswer(...afterwards: Script): HeldAnswer {
  const gate = openGate();
  let isReleased = false;
  const noteReleased: Step = () => {
    isReleased = true;
  };
  return {
    script: [readAll, gate.pass, reply(200), ...afterwards, noteReleased],
    release: async () => {
      gate.open();
      await until('the answer', () => isReleased);
    },
  };
}
