// Owns the proof that each shape of trace arrives as the file says that is kept of it, by every route.

import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { SpanStatusCode } from '@opentelemetry/api';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { seededRandom } from '../../test/support/seeded-random.js';
import { recordTrace, type SpanRecipe, type TraceRecipe } from '../recipe.js';
import { openPipeline, type Route, ROUTES } from './pipelines.js';
import { shapes } from './shapes.js';
import { TestAgent } from './test-agent.js';

const SNAPSHOTS = join(import.meta.dirname, 'snapshots');
const program = inject('testAgentProgram');
/** The first route writes, the others compare with that already. */
const writesSnapshots = process.env['UPDATE_SNAPSHOTS'] === '1';

function files(): readonly string[] {
  return readdirSync(SNAPSHOTS).filter((file) => file.endsWith('.json'));
}

describe.skipIf(program === '')('the snapshot', () => {
  let agent: TestAgent;

  beforeAll(async () => {
    if (writesSnapshots) for (const file of files()) rmSync(join(SNAPSHOTS, file));
    agent = await TestAgent.start({ program, writesSnapshots });
  });

  afterAll(async () => {
    await agent[Symbol.asyncDispose]();
  });

  /** @returns what differs from the file that is kept of `shape`. */
  async function difference(shape: TraceRecipe, sent: TraceRecipe, route: Route): Promise<string> {
    const session = agent.session(`${route.processor}, ${route.transport}, ${sent.label}`);
    await using pipeline = openPipeline({ route, agent, session });
    // Always the same ids, so that a new shape does not change those of others.
    for (const { span } of recordTrace(sent, seededRandom(1))) pipeline.processor.onEnd(span);
    await pipeline.flush();
    expect(await session.requests()).toBe(1);
    return session.snapshot(join(SNAPSHOTS, shape.label));
  }

  describe.each(ROUTES)('by $processor over $transport', (route) => {
    it.each(shapes)('of $label is as it was', async (shape) => {
      expect(await difference(shape, shape, route)).toBe('');
    });
  });

  it.each<[string, (root: SpanRecipe) => Partial<SpanRecipe>]>([
    ['url.path', ({ attributes }) => ({ attributes: { ...attributes, 'url.path': '/other' } })],
    ['duration', () => ({ durationNanos: 1_500_001 })],
    ['error', () => ({ status: { code: SpanStatusCode.ERROR } })],
  ])('says so when %s is another', async (what, change) => {
    const [shape] = shapes;
    const [route] = ROUTES;
    if (shape === undefined || route === undefined) throw new Error('no shape, no route');
    const { root } = shape;
    const sent = { ...shape, label: `changed ${what}`, root: { ...root, ...change(root) } };

    expect(await difference(shape, sent, route)).toContain(`mismatch on '${what}'`);
  });

  it('is there for each shape, and for nothing else', () => {
    const names = shapes.map(({ label }) => `${label}.json`);

    expect(files().toSorted()).toEqual(names.toSorted());
  });
});
