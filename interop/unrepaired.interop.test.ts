// Owns the proof that the Agent sends on what we sent. It does not count every repair, so that each
// tag is compared: only obfuscation and what the Agent adds may differ.

import { describe, expect, inject, it } from 'vitest';
import { type DevAgent, startDevAgent } from '../src/dev-agent/index.js';
import { DatadogSpanExporter } from '../src/index.js';
import { exportSpans } from '../test/support/exports.js';
import { AgentProcess } from './agent-process.js';
import { type Difference, differences, report } from './comparison.js';
import { type FlatSpan, flatSent, flatSpans } from './flat-span.js';
import { seededRandom } from '../test/support/seeded-random.js';
import { labelsOf, type LabelledSpan, recordTrace } from './recipe.js';
import { identityRows } from './rows/identity.js';
import { namingRows } from './rows/naming.js';
import { outcomeRows } from './rows/outcome.js';
import { tagRows } from './rows/tags.js';
import { shapes } from './spans-of-all-shapes.js';
import { sendNative } from './two-paths.js';

const program = inject('agentProgram');
const random = seededRandom(3);
const recipes = [...shapes, ...identityRows, ...namingRows, ...tagRows, ...outcomeRows];
const traces = recipes
  .filter(({ label }) => !label.includes('after root -1')) // which asks to be dropped
  .map((recipe) => recordTrace(recipe, random));

/** Types whose resources are commands. */
const COMMANDS = /^(?:sql|cassandra|redis|valkey|memcached|mongodb|elasticsearch|opensearch)$/u;
/** Tags that hold commands, credentials, or in these tests card numbers. */
const SECRETS = /^(?:meta|metrics)\.(?:db\.statement|db\.query\.text|http\.url|card|paid)$/u;
/** Read, and then taken away. */
const CONSUMED = /^metrics\._dd1\.sr\.eausr$/u;

describe.skipIf(program === '').each<[string, readonly string[], boolean]>([
  ['the current Agent', [], true],
  ['an Agent that does not convert v0.4', ['disable-convert-traces'], false],
])('%s', (_, features, converts) => {
  it('sends on names, error and every tag as we sent them', async () => {
    await using devAgent = await startDevAgent({ port: 0 });
    await using agent = await AgentProcess.start(program, { features });
    const sent = await sentTo(devAgent, traces);
    const batches = traces.map((trace) => trace.map(({ span }) => span));
    const sentOn = flatSpans(await sendNative(agent, batches));
    const changes = differences(sent, sentOn, labelsOf(traces.flat()))
      .filter(({ direction }) => direction !== 'otlp only') // added by the Agent
      .filter((change) => !isObfuscation(change) && !(converts && isConversion(change)));

    expect([sent.size, sentOn.size]).toEqual([traces.flat().length, traces.flat().length]);
    expect(report(changes, { native: 'sent', otlp: 'sent on' })).toBe('');
  });
});

async function sentTo(
  devAgent: DevAgent,
  list: readonly (readonly LabelledSpan[])[],
): Promise<ReadonlyMap<string, FlatSpan>> {
  await using exporter = new DatadogSpanExporter({ url: devAgent.url });
  for (const trace of list) {
    await exportSpans(
      exporter,
      trace.map(({ span }) => span),
    );
  }
  return new Map(
    devAgent.spans.map((span) => [`${span.traceIdLow64}/${span.spanId}`, flatSent(span)]),
  );
}

function isObfuscation({ key, nativeSpan }: Difference): boolean {
  const isCommand = key === 'resource' && COMMANDS.test(nativeSpan.get('type') ?? '');
  return isCommand || SECRETS.test(key) || CONSUMED.test(key);
}

/** Tags and metrics become one map, in which the metric wins. */
function isConversion({ key, direction, otlpSpan }: Difference): boolean {
  return direction === 'native only' && otlpSpan.has(key.replace(/^meta/u, 'metrics'));
}
