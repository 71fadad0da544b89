// Owns the part of the contract about what a span holds: as the SDK shows it to its own processors, so
// it arrives at the Agent, by every pipeline.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, TraceFlags } from '@opentelemetry/api';
import {
  AlwaysOffSampler,
  HAS_ON_ENDING,
  newLateResource,
  newResource,
  SamplingDecision,
  TAKES_ANY_VALUE,
} from '../sdk.mjs';
import { balancedStats, neighbour, openPipeline, PIPELINES } from './pipelines.mjs';

const NANOS_PER_SECOND = 1_000_000_000n;
const REMOTE = {
  traceId: '72df520af2bde7a5240031ead750e5f3',
  spanId: '24003fafe5640a1c',
  traceFlags: TraceFlags.SAMPLED,
  isRemote: true,
};
const IN_REMOTE = trace.setSpanContext(ROOT_CONTEXT, REMOTE);

const nanosOf = ([seconds, nanos]) => BigInt(seconds) * NANOS_PER_SECOND + BigInt(nanos);
const idOf = (hex) => BigInt(`0x${hex}`);

/** A pipeline, and the spans as the SDK shows them to a processor beside ours. */
async function openWatched(test, pipeline, provider) {
  const shown = [];
  const neighbours = [neighbour({ onEnd: (span) => shown.push(span) })];
  return { shown, ...(await openPipeline(test, pipeline, { neighbours, provider })) };
}

for (const pipeline of PIPELINES) {
  describe(`a span by ${pipeline.name}`, () => {
    it('arrives with its identity, its times and its kind', async (t) => {
      const { agent, tracer, shown, drain } = await openWatched(t, pipeline);
      tracer.startSpan('GET /tea', { kind: SpanKind.SERVER }).end();

      await drain();

      const [span] = shown;
      const { traceId, spanId } = span.spanContext();
      const [arrived, ...more] = agent.spans;
      assert.deepEqual(more, []);
      assert.equal(arrived.traceId, traceId);
      assert.equal(arrived.spanId, idOf(spanId));
      assert.equal(arrived.parentId, 0n);
      assert.equal(arrived.resource, 'GET /tea');
      assert.equal(arrived.name, 'server.request');
      assert.equal(arrived.type, 'web');
      assert.equal(arrived.meta['span.kind'], 'server');
      assert.equal(arrived.startUnixNanos, nanosOf(span.startTime));
      assert.equal(arrived.durationNanos, nanosOf(span.endTime) - nanosOf(span.startTime));
      assert.equal(arrived.error, 0);
    });

    it('arrives below its parent, here or in another process', async (t) => {
      const { agent, tracer, drain } = await openWatched(t, pipeline);
      const parent = tracer.startSpan('parent', {}, IN_REMOTE);
      const child = tracer.startSpan('child', {}, trace.setSpan(ROOT_CONTEXT, parent));
      child.end();
      parent.end();

      await drain();

      const [arrivedChild, arrivedParent] = agent.spans;
      assert.deepEqual([arrivedChild.resource, arrivedParent.resource], ['child', 'parent']);
      assert.equal(arrivedChild.parentId, arrivedParent.spanId);
      assert.equal(arrivedParent.parentId, idOf(REMOTE.spanId));
      assert.equal(agent.traces.length, 1);
      assert.equal(agent.traces[0].traceId, REMOTE.traceId);
    });

    it('arrives with its attributes, its resource and its scope', async (t) => {
      const resource = newResource({ 'service.name': 'tea-shop', 'cloud.region': 'eu-1' });
      const { agent, tracer, drain } = await openWatched(t, pipeline, { resource });
      const attributes = { text: 'green', grams: 12.5, cups: 3, hot: true, list: ['a', 'b'] };
      tracer.startSpan('brew', { attributes }).end();

      await drain();

      const [{ service, meta, metrics }] = agent.spans;
      assert.equal(service, 'tea-shop');
      assert.equal(meta['cloud.region'], 'eu-1');
      assert.equal(meta['otel.scope.name'], 'contract');
      assert.equal(meta['otel.scope.version'], '1.2.3');
      assert.deepEqual([meta.text, meta.hot, meta.list], ['green', 'true', '["a","b"]']);
      assert.deepEqual([metrics.grams, metrics.cups], [12.5, 3]);
    });

    it('arrives with attributes within attributes, where the SDK takes them', async (t) => {
      const { agent, tracer, drain } = await openWatched(t, pipeline);
      const order = { id: 7, lines: [{ sku: 'a-1' }, null] };
      tracer.startSpan('order', { attributes: { order } }).end();

      await drain();

      const expected = TAKES_ANY_VALUE ? '{"id":7,"lines":[{"sku":"a-1"},null]}' : undefined;
      assert.equal(agent.spans[0].meta.order, expected);
    });

    it('arrives with attributes of its resource that are still to come', async (t) => {
      let settle;
      const whenKnown = new Promise((resolve) => (settle = resolve));
      const resource = newLateResource({ 'service.name': 'late' }, 'cloud.region', whenKnown);
      const { agent, exporter, record, drain } = await openWatched(t, pipeline, { resource });
      record(1);
      settle('eu-2');

      await drain();
      await agent.waitForSpans(1); // the SimpleSpanProcessor of SDK 1.30 waits for nothing

      assert.equal(agent.spans[0].service, 'late');
      assert.equal(agent.spans[0].meta['cloud.region'], 'eu-2');
      balancedStats(exporter);
    });

    it('arrives with its status and its exception', async (t) => {
      const { agent, tracer, drain } = await openWatched(t, pipeline);
      const failed = tracer.startSpan('failed');
      failed.recordException(new RangeError('no tea'));
      failed.setStatus({ code: SpanStatusCode.ERROR, message: 'out of stock' });
      failed.end();
      tracer.startSpan('fine').setStatus({ code: SpanStatusCode.OK }).end();

      await drain();

      const [{ error, meta }, fine] = agent.spans;
      assert.equal(error, 1);
      assert.equal(meta['error.type'], 'RangeError');
      assert.equal(meta['error.message'], 'no tea');
      assert.equal(meta['error.msg'], 'out of stock');
      assert.match(meta['error.stack'], /RangeError: no tea/);
      assert.deepEqual([fine.error, fine.meta['otel.status_code']], [0, 'Ok']);
    });

    it('arrives with its events and its links', async (t) => {
      const { agent, tracer, drain, shown } = await openWatched(t, pipeline);
      const links = [{ context: REMOTE, attributes: { reason: 'retry' } }];
      const span = tracer.startSpan('linked', { links });
      span.addEvent('kettle on', { watts: 2_000 });
      span.end();

      await drain();

      const [arrived] = agent.spans;
      assert.equal(
        arrived.meta.events,
        `[{"time_unix_nano":${nanosOf(shown[0].events[0].time)},"name":"kettle on",` +
          '"attributes":{"watts":2000}}]',
      );
      const [link] = arrived.links;
      assert.equal(arrived.links.length, 1);
      assert.deepEqual([link.traceId, link.spanId], [REMOTE.traceId, idOf(REMOTE.spanId)]);
      assert.deepEqual({ ...link.attributes }, { reason: 'retry' });
    });

    it('arrives without what the limits of the SDK took, which its events count', async (t) => {
      const spanLimits = {
        attributeCountLimit: 1,
        eventCountLimit: 1,
        linkCountLimit: 1,
        attributePerEventCountLimit: 1,
      };
      const { agent, tracer, drain, shown } = await openWatched(t, pipeline, { spanLimits });
      const links = [{ context: REMOTE }, { context: REMOTE }];
      const span = tracer.startSpan('limited', { links, attributes: { first: 1, second: 2 } });
      span.addEvent('old');
      span.addEvent('new', { first: 1, second: 2 });
      span.end();

      await drain();

      const [{ droppedAttributesCount, droppedEventsCount, events }] = shown;
      assert.deepEqual([droppedAttributesCount, droppedEventsCount], [1, 1]);
      const [{ metrics, meta, links: arrivedLinks }] = agent.spans;
      assert.deepEqual([metrics.first, metrics.second], [1, undefined]);
      const [event, ...more] = JSON.parse(meta.events);
      assert.deepEqual([event.name, more], ['new', []]);
      assert.equal(event.dropped_attributes_count ?? 0, events[0].droppedAttributesCount ?? 0);
      assert.equal(arrivedLinks.length, shown[0].links.length);
    });

    it('arrives with what other processors wrote while it could be written', async (t) => {
      const neighbours = [
        neighbour({
          onStart: (span) => span.setAttribute('on.start', 'written'),
          onEnding: (span) => span.setAttribute('on.ending', 'written'),
          onEnd: (span) => span.setAttribute('on.end', 'too late'),
        }),
      ];
      const { agent, record, drain } = await openPipeline(t, pipeline, { neighbours });
      record(1);

      await drain();

      const [{ meta }] = agent.spans;
      assert.equal(meta['on.start'], 'written');
      assert.equal(meta['on.ending'], HAS_ON_ENDING ? 'written' : undefined);
      assert.equal(meta['on.end'], undefined);
    });

    it('is not sent if it was not sampled, whether it was recorded or not', async (t) => {
      const recordOnly = { shouldSample: () => ({ decision: SamplingDecision.RECORD }) };
      for (const sampler of [new AlwaysOffSampler(), recordOnly]) {
        const { agent, exporter, record, drain } = await openWatched(t, pipeline, { sampler });
        record(3);

        await drain();

        assert.deepEqual(agent.requests, []);
        assert.equal(exporter.stats().received, 0);
      }
    });
  });
}
