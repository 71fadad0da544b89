import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { context, ROOT_CONTEXT } from '@opentelemetry/api';
import { isTracingSuppressed } from '@opentelemetry/core';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openExporter } from '../support/exporters.js';
import { exportSpans } from '../support/exports.js';
import { openScriptedAgent } from '../support/scripted-agent.js';
import { makeSpans } from '../support/spans.js';

const CHANNELS = ['undici:client:sendHeaders', 'undici:client:connected', 'undici:request:create'];

beforeEach(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
});

afterEach(() => context.disable());

it('sends on the root context, marked so that no instrumentation traces it', async () => {
  const agent = await openScriptedAgent();
  const exporter = openExporter({ url: agent.url });
  const key = Symbol.for('request of a user');
  const seen = new Map<string | symbol, boolean>();
  const look = (_message: unknown, channel: string | symbol): void => {
    const active = context.active();
    seen.set(channel, isTracingSuppressed(active) && active.getValue(key) === undefined);
  };
  for (const channel of CHANNELS) subscribe(channel, look);

  await context.with(ROOT_CONTEXT.setValue(key, 'mine'), () => exportSpans(exporter, makeSpans(1)));

  for (const channel of CHANNELS) unsubscribe(channel, look);
  expect(Object.fromEntries(seen)).toEqual(
    Object.fromEntries(CHANNELS.map((channel) => [channel, true])),
  );
});
