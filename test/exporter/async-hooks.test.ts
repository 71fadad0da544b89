import { context, ROOT_CONTEXT } from '@opentelemetry/api';
import { AsyncHooksContextManager } from '@opentelemetry/context-async-hooks';
import { expect, it, onTestFinished } from 'vitest';
import { openExporter } from '../support/exporters.js';
import { exportSpans } from '../support/exports.js';
import { openScriptedAgent } from '../support/scripted-agent.js';
import { makeSpans } from '../support/spans.js';

const KEY = Symbol.for('request of a user');

/** In a file of its own: what is made when the package is loaded has met no other context manager here. */
it('leaves the active context of a caller as it is under `AsyncHooksContextManager`, too', async () => {
  const agent = await openScriptedAgent();
  const exporter = openExporter({ url: agent.url });
  const manager = new AsyncHooksContextManager().enable();
  onTestFinished(() => void manager.disable());
  context.setGlobalContextManager(manager);
  await Promise.resolve(); // as a rule the first span ends in a later turn

  const seen = await context.with(ROOT_CONTEXT.setValue(KEY, 'mine'), async () => {
    const result = exportSpans(exporter, makeSpans(1));
    const atOnce = context.active().getValue(KEY);
    await result;
    return [atOnce, context.active().getValue(KEY)];
  });

  expect(seen).toEqual(['mine', 'mine']);
  expect(agent.spans).toHaveLength(1);
});
