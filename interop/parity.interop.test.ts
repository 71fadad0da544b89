// Owns the proof that the Agent makes the same spans of our payloads as of OTLP, but for what
// `intended-differences.ts` lists.

import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { AgentProcess } from './agent-process.js';
import { type Difference, differences, isIntended, type Mode, report } from './comparison.js';
import { flatSpans } from './flat-span.js';
import { generatedTraces } from './generated.js';
import { INTENDED } from './intended-differences.js';
import { chosenSeed, seededRandom } from '../test/support/seeded-random.js';
import { labelsOf, type LabelledSpan, recordTrace } from './recipe.js';
import { identityRows } from './rows/identity.js';
import { namingRows } from './rows/naming.js';
import { outcomeRows } from './rows/outcome.js';
import { tagRows } from './rows/tags.js';
import { sendNative, sendOtlp } from './two-paths.js';

const program = inject('agentProgram');
const seed = chosenSeed(20_260_901);
const generatedSpans = Number(process.env['INTEROP_SPANS'] ?? 400);

/** Every row of the mapping, and spans that no row thought of. */
function recordedTraces(): readonly (readonly LabelledSpan[])[] {
  const random = seededRandom(seed);
  const rows = [...identityRows, ...namingRows, ...tagRows, ...outcomeRows];
  const recipes = [...rows, ...generatedTraces(random, generatedSpans)];
  return recipes.map((recipe) => recordTrace(recipe, random));
}

describe.skipIf(program === '')(`seed ${seed}`, () => {
  const traces = recordedTraces();
  const found = new Map<Mode, readonly Difference[]>();

  describe.each<[Mode, readonly string[]]>([
    ['current', []],
    ['unconverted', ['disable-convert-traces']],
  ])('the %s Agent', (mode, features) => {
    let agent: AgentProcess;

    beforeAll(async () => {
      agent = await AgentProcess.start(program, { features });
    });

    afterAll(async () => {
      await agent[Symbol.asyncDispose]();
    });

    it('sends on the same spans from both paths', async () => {
      const spans = traces.map((trace) => trace.map(({ span }) => span));
      const ofOtlp = flatSpans(await sendOtlp(agent, spans));
      const ofOurs = flatSpans(await sendNative(agent, spans));
      const all = differences(ofOurs, ofOtlp, labelsOf(traces.flat()));
      found.set(mode, all);
      const unintended = all.filter(
        (difference) => !INTENDED.some((intended) => isIntended(difference, intended, mode)),
      );

      expect(ofOtlp.size).toBeGreaterThan(generatedSpans);
      expect(report(unintended)).toBe('');
    });
  });

  it('shows every intended difference, so that none outlives its reason', () => {
    const gone = INTENDED.filter(
      (intended) =>
        intended.isRare !== true &&
        ![...found].some(([mode, all]) =>
          all.some((difference) => isIntended(difference, intended, mode)),
        ),
    );

    expect(gone.map(({ key, direction }) => `${key} (${direction})`)).toEqual([]);
  });
});
