// Owns the proof of what docs/mapping.md says of `_dd.stats_computed`: the OTLP path of the Agent heeds the
// resource attribute and computes no trace metrics, its native intake takes it for a tag.

import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { seededRandom } from '../test/support/seeded-random.js';
import { AgentProcess } from './agent-process.js';
import { recordTrace } from './recipe.js';
import { sendNative, sendOtlp } from './two-paths.js';

const program = inject('agentProgram');
const random = seededRandom(11);
const SHOP = { 'service.name': 'shop' };
const COMPUTED = { ...SHOP, '_dd.stats_computed': 'true' };

describe.skipIf(program === '')('_dd.stats_computed on the resource', () => {
  let agent: AgentProcess;

  beforeAll(async () => {
    agent = await AgentProcess.start(program);
  });

  afterAll(async () => {
    await agent[Symbol.asyncDispose]();
  });

  it.each([
    ['counts spans for its trace metrics without it, over OTLP', sendOtlp, SHOP, 1],
    ['computes none with it, over OTLP', sendOtlp, COMPUTED, 0],
    ['counts spans as ever with it, over the native intake', sendNative, COMPUTED, 1],
  ] as const)('the Agent %s', async (_, send, resource, hits) => {
    const recipe = { label: 'root', resource, root: {} };
    await send(agent, [recordTrace(recipe, random).map(({ span }) => span)]);

    const payloads = await agent.stats();
    const groups = payloads.flatMap(({ buckets }) => buckets.flatMap((bucket) => bucket.groups));
    expect(groups.reduce((sum, group) => sum + group.hits, 0)).toBe(hits);
  });
});
