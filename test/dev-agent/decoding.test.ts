import { encode } from '@msgpack/msgpack';
import { describe, expect, it } from 'vitest';
import { sendPayload } from './agent-client.js';
import { openAgent } from './open-agents.js';
import {
  payload,
  singleSpan,
  span,
  START_UNIX_NANOS,
  TRACE_ID_HIGH,
  TRACE_ID_LOW64,
} from './sample-payload.js';
import { bin, float64, int64, record, str, uint64 } from './wire-bytes.js';

describe('the decoding of a payload', () => {
  it('finds no violation in a correct payload and returns its span', async () => {
    const agent = await openAgent();

    const reply = await sendPayload(agent.url, singleSpan());

    expect(reply.status).toBe(200);
    expect(agent.violations).toEqual([]);
    expect(agent.spans).toEqual([
      {
        service: 'shop',
        name: 'http.server.request',
        resource: 'GET /cart',
        type: 'web',
        traceId: `${TRACE_ID_HIGH}0123456789abcdef`,
        traceIdLow64: TRACE_ID_LOW64,
        spanId: 7n,
        parentId: 0n,
        startUnixNanos: START_UNIX_NANOS,
        durationNanos: 5_000_000_000n,
        error: 0,
        meta: { '_dd.p.tid': TRACE_ID_HIGH, 'http.status_code': '200' },
        metrics: { _sampling_priority_v1: 1 },
        metaStruct: {},
        links: [],
        events: [],
      },
    ]);
  });

  it('understands what @msgpack/msgpack writes', async () => {
    const agent = await openAgent();
    const chunk = [
      {
        service: 'shop',
        name: 'op',
        resource: 'res',
        type: 'web',
        trace_id: 2n ** 64n - 1n,
        span_id: 1n,
        parent_id: 2n,
        start: START_UNIX_NANOS,
        duration: 1n,
        error: 1,
        meta: { greeting: 'grüße 👋', long: 'x'.repeat(300) },
        metrics: { whole: 3, negative: -70_000, fraction: 0.25, wide: 2 ** 40 },
      },
    ];

    await sendPayload(agent.url, encode([chunk], { useBigInt64: true }));

    expect(agent.violations).toEqual([]);
    expect(agent.spans).toMatchObject([
      {
        traceId: '0000000000000000ffffffffffffffff',
        parentId: 2n,
        error: 1,
        meta: { greeting: 'grüße 👋', long: 'x'.repeat(300) },
        metrics: { whole: 3, negative: -70_000, fraction: 0.25, wide: 2 ** 40 },
      },
    ]);
  });

  it('decodes links, events and binary tags', async () => {
    const agent = await openAgent();
    const link = {
      trace_id: uint64(1n),
      trace_id_high: uint64(2n),
      span_id: uint64(3n),
      attributes: record({ key: str('value') }),
      tracestate: str('dd=s:1'),
      flags: [0xce, 0x80, 0, 0, 1],
    };
    const values = [
      record({ type: [1], bool_value: [0xc2] }),
      record({ type: [0], string_value: str('a') }),
    ];
    const attributes = {
      text: record({ type: [0], string_value: str('text') }),
      flag: record({ type: [1], bool_value: [0xc3] }),
      whole: record({ type: [2], int_value: int64(-5n) }),
      double: record({ type: [3], double_value: float64(7) }),
      single: record({ type: [3], double_value: [0xca, 0x3f, 0x80, 0, 0] }),
      list: record({ type: [4], array_value: record({ values: [0x92, ...values.flat()] }) }),
    };
    const event = {
      time_unix_nano: uint64(START_UNIX_NANOS),
      name: str('exception'),
      attributes: record(attributes),
    };

    await sendPayload(
      agent.url,
      singleSpan({
        span_links: [0x91, ...record(link)],
        span_events: [0x91, ...record(event)],
        meta_struct: record({ appsec: bin([0x81, 0xa1, 0x61, 0x01]) }),
      }),
    );

    expect(agent.violations).toEqual([]);
    expect(agent.spans[0]?.links).toEqual([
      {
        traceId: '00000000000000020000000000000001',
        spanId: 3n,
        attributes: { key: 'value' },
        tracestate: 'dd=s:1',
        flags: 0x8000_0001,
      },
    ]);
    expect(agent.spans[0]?.events).toEqual([
      {
        name: 'exception',
        timeUnixNanos: START_UNIX_NANOS,
        attributes: {
          text: 'text',
          flag: true,
          whole: -5n,
          double: 7,
          single: 1,
          list: [false, 'a'],
        },
      },
    ]);
    expect(agent.spans[0]?.metaStruct).toEqual({
      appsec: Uint8Array.of(0x81, 0xa1, 0x61, 0x01),
    });
  });

  it('keeps tags whose keys mean something to JavaScript', async () => {
    const agent = await openAgent();

    await sendPayload(
      agent.url,
      singleSpan({ meta: record({ ['__proto__']: str('a'), constructor: str('b') }) }),
    );

    const [received] = agent.spans;
    expect(Object.entries(received?.meta ?? {})).toEqual([
      ['__proto__', 'a'],
      ['constructor', 'b'],
    ]);
    expect(received?.metrics['toString']).toBeUndefined();
  });

  it('takes the high half of the trace id from whichever span of the chunk has it', async () => {
    const agent = await openAgent();
    const child = { span_id: uint64(8n), parent_id: uint64(7n), meta: record({}) };

    await sendPayload(agent.url, payload([span(child), span()]));

    expect(agent.traces).toHaveLength(1);
    expect(agent.traces[0]?.traceId).toBe(`${TRACE_ID_HIGH}0123456789abcdef`);
    expect(agent.traces[0]?.spans.map(({ spanId }) => spanId)).toEqual([8n, 7n]);
  });

  it('joins the chunks of one trace over several requests', async () => {
    const agent = await openAgent();
    const other = { trace_id: uint64(99n), span_id: uint64(9n) };

    await sendPayload(agent.url, singleSpan());
    await sendPayload(agent.url, payload([span(other)], [span({ span_id: uint64(10n) })]), {
      headers: { 'x-datadog-trace-count': '2' },
    });

    expect(agent.violations).toEqual([]);
    expect(agent.traces.map(({ spans }) => spans.map(({ spanId }) => spanId))).toEqual([
      [7n, 10n],
      [9n],
    ]);
    expect(agent.spans.map(({ spanId }) => spanId)).toEqual([7n, 9n, 10n]);
  });
});
