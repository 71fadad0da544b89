// Owns which generation of this process is the present one. A generation ends where the heap is
// duplicated, by a startup snapshot or a clone of the machine: what was made before belongs to another
// process as well. Knows nothing of what is reset then, nor of what notices a clone.

import { processWide } from '../lang/process-wide.js';
import { isBuildingSnapshot } from './snapshot-callbacks.js';

/** Compared by identity: another process may have a generation of the same number. */
export interface Generation {
  readonly number: number;
}

export interface Generations {
  readonly present: Generation;
  /** Begins another generation; to be called in a clone. */
  next(): void;
}

const SHARED = Symbol.for('opentelemetry-exporter-datadog-agent.generations.v1');

/**
 * The one holder of the present generation in this heap, made when it is first asked for. If that is
 * while a startup snapshot is built, each process that starts with it has a generation of its own.
 */
export function generations(): Generations {
  return processWide(SHARED, 'present', () => new SharedGenerations());
}

/** To be called when the heap was duplicated: everything made so far counts as inherited from now on. */
export function nextGeneration(): void {
  generations().next();
}

class SharedGenerations implements Generations {
  #present = generation(1);
  #isOfBuild = isBuildingSnapshot();

  /** Notices a start from a snapshot when read, because application code may run before any callback of ours. */
  get present(): Generation {
    if (this.#isOfBuild && !isBuildingSnapshot()) {
      this.#isOfBuild = false;
      this.#present = generation(this.#present.number + 1);
    }
    return this.#present;
  }

  next(): void {
    this.#present = generation(this.present.number + 1);
  }
}

function generation(number: number): Generation {
  return Object.freeze({ number });
}
