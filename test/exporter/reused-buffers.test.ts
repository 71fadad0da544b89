import { expect, it } from 'vitest';
import { openExporter } from '../support/exporters.js';
import { exportSpans } from '../support/exports.js';
import { holdReply } from '../support/held-reply.js';
import { openScriptedAgent, type ScriptedAgent } from '../support/scripted-agent.js';
import { makeSpans } from '../support/spans.js';
import type { ReadableSpan } from '../../src/index.js';

/** More than half of the smallest buffer, so that its memory is used again. */
const BATCH_SPANS = 300;

function batch(name: string): readonly ReadableSpan[] {
  return makeSpans(BATCH_SPANS, { name, attributes: { text: name.repeat(20) } });
}

/** How many spans of each name arrived unharmed. */
function arrived(agent: ScriptedAgent): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { resource, meta } of agent.spans) {
    if (meta['text'] === resource.repeat(20)) counts[resource] = (counts[resource] ?? 0) + 1;
  }
  return counts;
}

it('writes over no bytes that wait for a connection', async () => {
  const agent = await openScriptedAgent();
  const held = holdReply();
  agent.answer({}, held.reply);
  const exporter = openExporter({ url: agent.url, maxConnections: 1 });
  await exportSpans(exporter, batch('before'));

  const results = ['first', 'second', 'third'].map((name) => exportSpans(exporter, batch(name)));
  held.release();

  expect(await Promise.all(results)).toEqual([{ code: 0 }, { code: 0 }, { code: 0 }]);
  const all = BATCH_SPANS;
  expect(arrived(agent)).toEqual({ before: all, first: all, second: all, third: all });
});

it('writes over no bytes that may be sent once more', async () => {
  const agent = await openScriptedAgent();
  const held = holdReply();
  agent.answer({}, held.reply);
  const exporter = openExporter({ url: agent.url, maxConnections: 2 });
  await exportSpans(exporter, batch('before'));

  const first = exportSpans(exporter, batch('first'));
  await agent.waitForRequests(2);
  const second = await exportSpans(exporter, batch('second'));
  held.release({ status: 503 });

  expect([await first, second]).toEqual([{ code: 0 }, { code: 0 }]);
  const { first: unharmed, second: others } = arrived(agent);
  expect({ unharmed, others }).toEqual({ unharmed: BATCH_SPANS, others: BATCH_SPANS });
});
