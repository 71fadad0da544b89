import { expect, it } from 'vitest';
import { startDevAgent } from '../../src/dev-agent/index.js';
import { openExporter } from './exporters.js';
import { exportSpans } from './exports.js';
import { holdReply } from './held-reply.js';
import { assertNoViolations, openScriptedAgent } from './scripted-agent.js';
import { makeSpans } from './spans.js';

it('fails a test in which a payload breaks a rule of the Agent', async () => {
  const agent = await startDevAgent();
  const headers = { 'content-type': 'application/msgpack' };

  await fetch(`${agent.url}/v0.4/traces`, {
    method: 'PUT',
    headers,
    body: Uint8Array.of(0x91, 0x90),
  });
  await agent.close();

  expect(() => assertNoViolations(agent)).toThrow(/chunk-empty at chunk 0/);
});

it('answers as it was told, in order, and then normally', async () => {
  const agent = await openScriptedAgent();
  const held = holdReply();
  agent.answer({ status: 400 }, held.reply);
  const exporter = openExporter({ url: agent.url });

  expect(await exportSpans(exporter, makeSpans(1))).toMatchObject({ error: { status: 400 } });
  const second = exportSpans(exporter, makeSpans(1));
  await agent.waitForRequests(2);
  expect(agent.spans).toEqual([]);
  held.release();
  expect(await second).toEqual({ code: 0 });
  expect(await exportSpans(exporter, makeSpans(1))).toEqual({ code: 0 });
});
