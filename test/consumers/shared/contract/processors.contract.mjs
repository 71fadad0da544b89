// Owns the part of the contract about the processors of this package in the SDK's hands: what the one
// around another processor passes on, and that no request is traced.

import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { after, before, describe, it } from 'node:test';
import { context, createContextKey, ROOT_CONTEXT } from '@opentelemetry/api';
import { ForkSafeSpanProcessor } from 'opentelemetry-exporter-datadog-agent';
import { HAS_ON_ENDING, isTracingSuppressed, newContextManager } from '../sdk.mjs';
import { neighbour, openPipeline, PIPELINES } from './pipelines.mjs';

const USERS_KEY = createContextKey('of the user');

before(() => context.setGlobalContextManager(newContextManager().enable()));
after(() => context.disable());

describe('a ForkSafeSpanProcessor', () => {
  it('passes on what this line tells a processor, in its order', async (t) => {
    const calls = [];
    const noteOf = (name) => (span) => calls.push([name, span.name]);
    const inner = neighbour({
      onStart: (span, parent) => calls.push(['onStart', span.name, parent.getValue(USERS_KEY)]),
      onEnding: noteOf('onEnding'),
      onEnd: noteOf('onEnd'),
      forceFlush: async () => void calls.push(['forceFlush']),
      shutdown: async () => void calls.push(['shutdown']),
    });
    const processorOf = (exporter) =>
      new ForkSafeSpanProcessor({ exporter, createProcessor: () => inner });
    const { provider, tracer } = await openPipeline(t, { processorOf });

    tracer.startSpan('brew', {}, ROOT_CONTEXT.setValue(USERS_KEY, 'tea')).end();
    await provider.forceFlush();

    assert.deepEqual(calls, [
      ['onStart', 'brew', 'tea'],
      ...(HAS_ON_ENDING ? [['onEnding', 'brew']] : []),
      ['onEnd', 'brew'],
      ['forceFlush'],
    ]);
    calls.length = 0;
    await provider.shutdown();

    assert.deepEqual(calls.at(-1), ['shutdown']);
  });

  it('lets a processor write to a span until it has ended', async (t) => {
    const inner = (exporter) =>
      neighbour({
        onStart: (span) => span.setAttribute('on.start', 'written'),
        onEnding: (span) => span.setAttribute('on.ending', 'written'),
        onEnd: (span) => exporter.export([span], () => undefined),
      });
    const processorOf = (exporter) =>
      new ForkSafeSpanProcessor({ exporter, createProcessor: inner });
    const { agent, record, drain } = await openPipeline(t, { processorOf });
    record(1);

    await drain();

    const [{ meta }] = agent.spans;
    assert.equal(meta['on.start'], 'written');
    assert.equal(meta['on.ending'], HAS_ON_ENDING ? 'written' : undefined);
  });
});

for (const pipeline of PIPELINES) {
  describe(`the requests of ${pipeline.name}`, () => {
    it('are marked so that no instrumentation traces them, on the root context', async (t) => {
      const { agent, exporter, tracer, drain } = await openPipeline(t, pipeline);
      const seen = [];
      const instrument = () => {
        const active = context.active();
        const span = tracer.startSpan('POST');
        seen.push({
          isSuppressed: isTracingSuppressed(active),
          ofUser: active.getValue(USERS_KEY),
          isRecording: span.isRecording(),
        });
        span.end();
      };
      const channels = ['undici:client:sendHeaders', 'undici:request:create'];
      for (const channel of channels) subscribe(channel, instrument);

      await context.with(context.active().setValue(USERS_KEY, 'tea'), async () => {
        tracer.startSpan('brew').end();
        await drain();
      });

      for (const channel of channels) unsubscribe(channel, instrument);
      const untraced = { isSuppressed: true, ofUser: undefined, isRecording: false };
      assert.deepEqual(seen, [untraced, untraced]);
      assert.deepEqual(
        agent.spans.map(({ resource }) => resource),
        ['brew'],
      );
      assert.equal(exporter.stats().received, 1);
    });
  });
}
