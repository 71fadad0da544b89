// Owns the inputs for status, errors, events, links, scopes and sampling.

import { SpanKind, type SpanStatus, SpanStatusCode, TraceFlags } from '@opentelemetry/api';
import {
  type EventRecipe,
  type LinkRecipe,
  rawTraceState,
  type SpanRecipe,
  type TraceRecipe,
  type Values,
} from '../recipe.js';

const ERROR: SpanStatus = { code: SpanStatusCode.ERROR };
const EXCEPTION: EventRecipe = {
  name: 'exception',
  attributes: {
    'exception.type': 'mem',
    'exception.message': 'Out of memory',
    'exception.stacktrace': '1/2/3',
  },
};

function row(label: string, root: SpanRecipe): TraceRecipe {
  return { label: `outcome: ${label}`, root };
}

function failed(label: string, attributes: Values, more: SpanRecipe = {}): TraceRecipe {
  return row(`error, ${label}`, { status: ERROR, attributes, ...more });
}

function link(fields: Partial<LinkRecipe> = {}, traceState?: string): LinkRecipe {
  return {
    context: {
      traceId: 'fedcba98765432100123456789abcdef',
      spanId: 'abcdef0123456789',
      traceFlags: TraceFlags.SAMPLED,
      ...(traceState === undefined ? {} : { traceState: rawTraceState(traceState) }),
    },
    ...fields,
  };
}

const states = `
  ot=th:8 ot=th:0 ot=p:0 ot=p:1;r:1 ot=p:4;r:4 ot=p:62 ot=p:63 ot=p:99
  ot=th:c;rv:00000000000000 ot=th:8; ot=;th:8 ot=a;th:8 ot=a:b:c;th:8 ot=th:8;rv:zz ot=rv:1;th:8
  ot=p:1;p:2 ot=th:8;th:c ot=th:g;p:1 ot=p:x;p:1 ot=A:1;th:8 ot=th:8;x:ü ot=th:zz ot= ot=r:1
  foo=bar foo=bar,ot=th:4 dd=s:2 dd=s:1;o:rum
  dd=s:1;t.dm:-4;t.usr.id:abc dd=s:2;p:0123456789abcdef
`
  .trim()
  .split(/\s+/u);

const events: readonly EventRecipe[][] = [
  [{ name: 'boom' }],
  [
    {
      name: 'boom',
      attributes: { key: 'Out of memory', accuracy: 2.4 },
      droppedAttributesCount: 2,
    },
  ],
  [{ name: 'a "quoted" \\ name', attributes: { 'k"ey': '<v>&\\"', n: 1, b: true } }],
  [{ name: 'values', attributes: { list: ['a', 'b'], numbers: [1, 2.5], nested: { a: [1] } } }],
  [{ name: 'numbers', attributes: { tiny: 1e-7, huge: 1e21, big: 2 ** 53, zero: 0, minus: -0.5 } }],
  [{ name: 'bytes', attributes: { bytes: Uint8Array.of(1, 2), null: null, none: [] } }],
  [{ name: 'exotic', attributes: { nan: NaN, u: 'grüße 繋 🐨', control: 'a\u0000b\u2028' } }],
  [{ name: '' }],
  [{ name: 'one' }, { name: 'two', atNanos: 2_000 }],
  [{ name: 'Exception', attributes: { 'exception.type': 'T' } }],
];

const links: readonly LinkRecipe[][] = [
  [link()],
  [link({ attributes: { a: 'text', n: 1, b: true, l: ['x'], 'link.name': 'My Link' } })],
  [link({ droppedAttributesCount: 3 }, 'foo=bar,baz=1')],
  [link(), link({ attributes: { second: 'yes' } })],
];

const priorities: readonly (readonly [label: string, root: number | undefined, child: number])[] = [
  ['child 3 after root -1', -1, 3],
  ['child 2 alone', undefined, 2],
  ['root 2, child 1', 2, 1],
  ['child 1 alone', undefined, 1],
];

export const outcomeRows: readonly TraceRecipe[] = [
  row('ok with exception', { status: { code: SpanStatusCode.OK }, events: [EXCEPTION] }),
  row('unset with exception', { events: [EXCEPTION] }),
  row('ok with message', { status: { code: SpanStatusCode.OK, message: 'fine' } }),
  row('error with message', { status: { ...ERROR, message: 'broken' } }),
  failed('nothing more', {}),
  failed('exception', {}, { events: [EXCEPTION] }),
  failed('message and exception', {}, { status: { ...ERROR, message: 'm' }, events: [EXCEPTION] }),
  failed('two exceptions', {}, { events: [{ ...EXCEPTION, attributes: {} }, EXCEPTION] }),
  failed('status codes as text', { 'http.status_code': '200', 'http.response.status_code': '500' }),
  failed('new status code as text', { 'http.response.status_code': '404' }),
  failed('number', { 'http.response.status_code': 500 }),
  failed('code that is no number', { 'http.response.status_code': NaN }, { events: [EXCEPTION] }),
  {
    label: 'outcome: status code as text, and another as number on the resource',
    resource: { 'http.status_code': 500 },
    root: { attributes: { 'http.status_code': '404' } },
  },
  {
    label: 'outcome: status code of the resource behind text of the span',
    resource: { 'http.status_code': '500' },
    root: { attributes: { 'http.status_code': 'x' } },
  },
  failed('unknown code', { 'http.response.status_code': '799' }),
  failed('code without phrase', { 'http.response.status_code': '599' }),
  failed('no code', { 'http.response.status_code': 'abc' }),
  failed('error.msg attribute', { 'error.msg': 'mine' }, { status: { ...ERROR, message: 'm' } }),
  failed('error.message attribute', { 'error.message': 'mine' }),
  failed('status codes as text, new first', {
    'http.response.status_code': '503',
    'http.status_code': '201',
  }),
  failed('flag as status code', { 'http.status_code': false }),
  failed('list as status code', { 'http.response.status_code': [] }),
  failed('empty error.msg', { 'error.msg': '' }, { status: { ...ERROR, message: 'm' } }),
  failed('number as error.msg', { 'error.msg': 404 }, { status: { ...ERROR, message: 'm' } }),
  {
    label: 'outcome: error, error.* on resource',
    resource: { 'error.message': 'r', 'error.type': 'r', 'error.stack': 'r', 'error.msg': 'r' },
    root: { status: { ...ERROR, message: 'm' }, events: [EXCEPTION] },
  },
  {
    label: 'outcome: error, exception beside an error.msg of the resource',
    resource: { 'error.msg': 'r' },
    root: { status: ERROR, events: [EXCEPTION] },
  },
  failed('error.type attribute', { 'error.type': '500' }),
  failed('error.* and exception', { 'error.type': 'mine' }, { events: [EXCEPTION] }),
  failed('all error.*', { 'error.msg': 'a', 'error.type': 'b', 'error.stack': 'c' }),
  failed('exception.* attributes', { 'exception.type': 'T', 'exception.message': 'M' }),
  row('unset with error.* attributes', { attributes: { 'error.type': 'b', error: true } }),
  ...events.map((list, index) => row(`events ${index}`, { events: list })),
  ...links.map((list, index) => row(`links ${index}`, { links: list })),
  row('scope without version', { scope: { name: 'lib' } }),
  row('scope attributes', {
    attributes: { shared: 'span' },
    scope: { name: 'lib', version: '2', attributes: { shared: 'scope', n: 1, own: 'x' } },
  }),
  row('empty scope', { scope: { name: '' } }),
  ...states.map((traceState) => ({
    label: `outcome: tracestate ${traceState}`,
    traceState,
    root: {},
  })),
  {
    label: 'outcome: _sample_rate and tracestate',
    traceState: 'ot=th:8',
    root: { attributes: { _sample_rate: 0.25 } },
  },
  ...[true, false].flatMap((rootFirst) =>
    priorities.map(([label, root, child]) => ({
      label: `outcome: sampling.priority: ${label}, ${rootFirst ? 'root first' : 'root last'}`,
      rootFirst,
      root: {
        attributes: root === undefined ? {} : { 'sampling.priority': root },
        children: [{ attributes: { 'sampling.priority': child } }],
      },
    })),
  ),
  row('sampling.priority behind the tag', {
    attributes: { _sampling_priority_v1: 2, 'sampling.priority': 1 },
  }),
  row('sampling.priority before the tag', {
    attributes: { 'sampling.priority': 1, note: 'x', _sampling_priority_v1: 2 },
  }),
  row('children of every kind', {
    kind: SpanKind.SERVER,
    children: [SpanKind.INTERNAL, SpanKind.SERVER, SpanKind.CLIENT, SpanKind.PRODUCER].map(
      (kind) => ({ kind }),
    ),
  }),
  {
    label: 'outcome: child with env and version of its own',
    resource: { 'service.version': '1', 'deployment.environment.name': 'prod' },
    root: {
      children: [
        { attributes: { env: 'dev', version: '2' } },
        { attributes: { 'service.version': '3', 'deployment.environment.name': 'qa' } },
      ],
    },
  },
  row('child of another service', {
    children: [{ attributes: { 'service.name': 'other' }, children: [{}] }],
  }),
];
