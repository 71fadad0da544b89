import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { EventEmitter, once } from 'node:events';
import { context, ROOT_CONTEXT } from '@opentelemetry/api';
import { isTracingSuppressed } from '@opentelemetry/core';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { afterEach, beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { DatadogBatchSpanProcessor } from '../../src/index.js';
import { systemClock } from '../../src/lang/clock.js';
import { captureDiag } from '../support/diag-log.js';
import { openExporter } from '../support/exporters.js';
import { exportSpans } from '../support/exports.js';
import { openScriptedAgent } from '../support/scripted-agent.js';
import { makeSpan, makeSpans, NEVER_READY } from '../support/spans.js';

captureDiag();

const CHANNELS = ['undici:client:sendHeaders', 'undici:client:connected', 'undici:request:create'];

beforeEach(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
});

afterEach(() => context.disable());

const KEY = Symbol.for('request of a user');

/** Runs `task` as a user's request would; by channel, whether all that it led to was untraced. */
async function watchChannels(task: () => Promise<unknown>): Promise<Record<string, boolean>> {
  const seen = new Map<string, boolean>();
  const look = (_message: unknown, channel: string | symbol): void => {
    const active = context.active();
    const isUntraced = isTracingSuppressed(active) && active.getValue(KEY) === undefined;
    seen.set(String(channel), isUntraced && seen.get(String(channel)) !== false);
  };
  for (const channel of CHANNELS) subscribe(channel, look);
  await context.with(ROOT_CONTEXT.setValue(KEY, 'mine'), task);
  for (const channel of CHANNELS) unsubscribe(channel, look);
  return Object.fromEntries(seen);
}

const UNTRACED = Object.fromEntries(CHANNELS.map((channel) => [channel, true]));

it('F17: sends on the root context, marked so that no instrumentation traces it', async () => {
  const agent = await openScriptedAgent();
  const exporter = openExporter({ url: agent.url });

  expect(await watchChannels(() => exportSpans(exporter, makeSpans(1)))).toEqual(UNTRACED);
});

it('does so too when a shutdown ends the wait for the attributes of a resource', async () => {
  const agent = await openScriptedAgent();
  const exporter = openExporter({ url: agent.url, graceMillis: 2_500 });
  const result = exportSpans(exporter, makeSpans(1, { resource: NEVER_READY }));

  expect(await watchChannels(() => exporter.shutdown())).toEqual(UNTRACED);
  expect(await result).toEqual({ code: 0 });
});

it('does so too when a request was the first to ask for the attributes of a resource', async () => {
  const agent = await openScriptedAgent();
  const exporter = openExporter({ url: agent.url });
  const processor = new DatadogBatchSpanProcessor({ exporter });
  const detection = new EventEmitter();
  const resource = resourceFromAttributes({ 'host.id': once(detection, 'done').then(() => 'h1') });

  const seen = await watchChannels(() => {
    processor.onEnd(makeSpan({ resource }));
    const flushed = processor.forceFlush();
    detection.emit('done');
    return flushed;
  });

  expect(seen).toEqual(UNTRACED);
  expect(agent.spans[0]?.meta).toMatchObject({ 'host.id': 'h1' });
});

it('F17: knows nothing of the request whose lost spans are told of later', async () => {
  const requests = new AsyncLocalStorage<string>();
  const exporter = openExporter({});
  const seen: unknown[] = [];
  const arm = systemClock.scheduleInBackground.bind(systemClock);
  const look = vi.spyOn(systemClock, 'scheduleInBackground').mockImplementation((millis, task) => {
    if (millis > 50_000) seen.push(requests.getStore(), context.active().getValue(KEY));
    return arm(millis, task);
  });
  onTestFinished(() => look.mockRestore());
  await exporter.shutdown();

  await exportSpans(exporter, makeSpans(1));
  await context.with(ROOT_CONTEXT.setValue(KEY, 'mine'), () =>
    requests.run('mine', () => exportSpans(exporter, makeSpans(1))),
  );

  expect(seen).toEqual([undefined, undefined]);
});

it('F17: knows nothing of the request of a user that is the first to be exported', async () => {
  const requests = new AsyncLocalStorage<string>();
  const agent = await openScriptedAgent();
  const exporter = openExporter({ url: agent.url });
  const seen: unknown[] = [];
  const look = (): void => void seen.push(requests.getStore());
  const processor = new DatadogBatchSpanProcessor({ exporter, scheduledDelayMillis: 0 });
  for (const channel of CHANNELS) subscribe(channel, look);

  const called = requests.run('first', async () => {
    return new Promise((resolve) => {
      exporter.export(makeSpans(1), () => resolve(requests.getStore()));
    });
  });
  expect(await called).toBe('first');
  requests.run('second', () => processor.onEnd(makeSpan()));
  await agent.waitForSpans(2);

  for (const channel of CHANNELS) unsubscribe(channel, look);
  expect(seen.length).toBeGreaterThan(3);
  expect(new Set(seen)).toEqual(new Set([undefined]));
});
