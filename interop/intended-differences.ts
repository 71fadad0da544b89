// Owns the list of what our exporter's spans have differently from those of the OTLP path on purpose.
// `docs/mapping.md` has the same list in words; anything else that differs fails the run.

import type { Difference, Direction, IntendedDifference } from './comparison.js';

const TRACER = "as Datadog's own tracers send it";
const TRACESTATE = 'what the `dd=` member of the tracestate says; the OTLP path does not read it';
const NO_PAYLOAD_TAGS =
  'v0.4 has no payload tags, so what the OTLP path moves there stays on the spans';
const CONVERSION =
  'a current Agent converts v0.4: tags and metrics are one map, and the metric wins';

const CUT_KEY = 'cut to 200 bytes with the dots, so that the Agent does not cut again';

const VALUES: Direction = 'values';

export const INTENDED: readonly IntendedDifference[] = [
  // What only a native exporter has.
  native('meta._dd.p.tid', 'the high half of the trace id, which the OTLP path loses'),
  {
    key: 'meta._dd.p.tid',
    direction: 'values',
    reason: 'the true one wins over an attribute of that name',
  },
  native('metrics._sampling_priority_v1', 'the decision of the SDK, kept by the Agent'),
  native('meta.language', TRACER),
  native('meta.runtime-id', TRACER),
  native('metrics.process_id', TRACER),
  native('meta.error.message', TRACER),
  native('meta.error.msg', 'the message of the last exception event, if the status has none'),
  native('meta.error.type', `of the last exception event, ${TRACER}`),
  native('meta.error.stack', `of the last exception event, ${TRACER}`),
  ...['meta.error.msg', 'meta.error.message', 'meta.error.type', 'meta.error.stack'].map((key) => ({
    key,
    direction: VALUES,
    reason: "the span's own error wins over an attribute of the resource",
  })),
  {
    key: 'meta.language',
    direction: 'values',
    reason: `${TRACER}, unless the resource names another`,
    only: ({ otlp: language }) => language === '',
  },
  native('meta._dd.origin', TRACESTATE),
  native('meta._dd.p.usr.id', TRACESTATE),
  { key: 'chunk.origin', direction: 'values', reason: TRACESTATE, only: hasDatadogState },
  { key: 'chunk.priority', direction: 'values', reason: TRACESTATE, only: hasDatadogState },
  { key: 'chunk.tags._dd.p.dm', direction: 'values', reason: TRACESTATE, only: hasDatadogState },
  { key: 'meta._dd.p.dm', direction: 'values', reason: TRACESTATE, only: hasDatadogState },
  otlp('chunk.tags._dd.p.dm', TRACESTATE, hasDatadogState),
  otlp('meta._dd.p.dm', TRACESTATE, hasDatadogState),

  // What only the OTLP path has.
  otlp('chunk.tags._dd.otlp_sr', 'the rate of the OTLP sampler, which native spans do not pass'),
  otlp('meta._dd.span_links', 'links are native, in a field of their own'),
  otlp('payload.tags._dd.tags.container', NO_PAYLOAD_TAGS),
  ...['image_name', 'kube_namespace', 'pod_name', 'datadog.container.tag.team'].map((key) =>
    native(`meta.${key}`, NO_PAYLOAD_TAGS),
  ),
  {
    key: 'payload.hostname',
    direction: 'values',
    reason:
      'the OTLP receiver fills in the host of the resource, the native one leaves the Agent its own',
  },
  {
    key: 'links',
    direction: 'values',
    reason: 'the JSON of the OTLP path is not escaped, and native links have no dropped count',
    only: ({ otlp: json = '' }) =>
      json.startsWith('not JSON') || json.includes('dropped_attributes_count'),
  },
  native('meta.http.status_code', 'what is no HTTP status leaves room for what is'),
  {
    key: 'payload.env',
    direction: 'values',
    reason:
      'the native receiver takes the env of the spans, the OTLP receiver that of the resource',
  },
  {
    key: 'meta.rpc.grpc.status_code',
    direction: 'values',
    reason: 'the attribute of that name wins over others that mean the same, also if it is a list',
  },

  // One value on the first span instead of one on each span that asks.
  otlp('metrics._sampling_priority_v1', 'on one span of the chunk, where the Agent reads it'),
  {
    key: 'metrics._sampling_priority_v1',
    direction: 'values',
    reason: 'on one span of the chunk, where the Agent reads it',
  },

  // Values that the Agent would have to repair.
  ...['nan', 'infinity', 'minus'].flatMap((key) => [
    { ...otlp(`metrics.${key}`, 'a metric is finite'), shown: 'NaN, ±Infinity as a metric' },
    { ...native(`meta.${key}`, 'a metric is finite'), shown: 'NaN, ±Infinity as text' },
  ]),
  ...['meta.kkk*', 'meta.nnn*', 'metrics.nnn*'].flatMap((key) => [
    { ...otlp(key, CUT_KEY), shown: 'a key above 200 bytes' },
    { ...native(key, CUT_KEY), shown: 'a key above 200 bytes' },
  ]),
  otlp('metrics.http.status_code', 'no HTTP status; a current Agent would remove it', isNoStatus),
  {
    key: 'meta.long',
    shown: 'a value above 25 000 bytes',
    direction: 'values',
    reason: 'cut to 25 000 bytes with the dots, so that the Agent does not cut again',
  },
  {
    key: 'meta.db.statement',
    direction: 'values',
    reason: 'cut to 25 000 bytes before the Agent obfuscates it',
    only: ({ native: statement }) => statement === 'Non-parsable SQL query',
  },
  {
    key: 'resource',
    direction: 'values',
    reason: 'cut between characters; the OTLP path cuts within one',
    only: ({ otlp: text = '' }) => text.endsWith('\uFFFD'),
  },

  // What a current Agent makes of v0.4, whoever sent it.
  current(native('meta._dd.convertedv1', 'the mark of the conversion')),
  current(otlp('meta.*', CONVERSION, isMetricToo)),
  current(native('meta.*', 'the Agent looks for card numbers in numbers, too', isCard)),
  current(otlp('metrics.*', 'the Agent looks for card numbers in numbers, too', wasCard)),
  current({
    key: 'meta.*',
    direction: 'values',
    reason: 'the Agent looks for card numbers in numbers, too, after the metric won',
    only: isCard,
  }),
  current(native('meta.http.url', 'the Agent looks for credentials in a number, too')),
  current(otlp('metrics.http.url', 'the Agent looks for credentials in a number, too')),
  current({
    key: 'meta.http.url',
    direction: 'values',
    reason: 'the Agent looks for credentials in a number, too, after the metric won',
  }),
  current({
    key: 'payload.appVersion',
    direction: 'values',
    isRare: true,
    reason: 'the Agent takes the version of any of the spans, not that of the root',
  }),
  current(native('metrics._dd1.sr.rcusr', 'the Agent reads `_sample_rate` from text, too')),
  current({
    key: 'the whole span',
    shown: 'a span with `_sample_rate` 0 as text',
    direction: 'otlp only',
    reason: 'the Agent reads `_sample_rate` from text, too, and a rate of 0 drops the trace',
    isRare: true,
    only: ({ otlpSpan }) => otlpSpan.get('meta._sample_rate') === '0',
  }),
  current(native('payload.tags._dd.git.commit.sha', 'the Agent takes it from any span')),
];

function current(difference: IntendedDifference): IntendedDifference {
  return { ...difference, mode: 'current' };
}

function isNoStatus({ otlp: status }: Difference): boolean {
  const code = Number(status);
  return !Number.isInteger(code) || code < 100 || code > 599;
}

function isMetricToo({ key, nativeSpan }: Difference): boolean {
  return nativeSpan.has(key.replace(/^meta/u, 'metrics'));
}

function isCard({ native: value }: Difference): boolean {
  return value === '?';
}

function wasCard({ key, nativeSpan }: Difference): boolean {
  return nativeSpan.get(key.replace(/^metrics/u, 'meta')) === '?';
}

function native(
  key: string,
  reason: string,
  only?: IntendedDifference['only'],
): IntendedDifference {
  return { key, direction: 'native only', reason, ...(only === undefined ? {} : { only }) };
}

function otlp(key: string, reason: string, only?: IntendedDifference['only']): IntendedDifference {
  return { key, direction: 'otlp only', reason, ...(only === undefined ? {} : { only }) };
}

function hasDatadogState({ nativeSpan }: Difference): boolean {
  return nativeSpan.get('meta.w3c.tracestate')?.includes('dd=') ?? false;
}
