import { describe, expect, it } from 'vitest';
import { captureDiag } from '../support/diag-log.js';
import { exportSpans } from '../support/exports.js';
import { openFaultServer } from '../support/fault-server.js';
import {
  ACCEPT,
  answer,
  drip,
  fin,
  flood,
  readAll,
  reply,
  rst,
  send,
  stall,
} from '../support/fault-steps.js';
import { makeSpan } from '../support/spans.js';
import { type FaultRow, expectRow, named } from './fault-row.js';
import { openExporter } from './watched-exporter.js';

const lines = captureDiag();

const OK_HEAD = 'HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n';
const UNAVAILABLE_HEAD = 'HTTP/1.1 503 X\r\nContent-Length: 99\r\n\r\n';
const LETTERS = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}'.split('');

const OK = 'HTTP/1.1 200 OK\r\n';

/** By what is wrong with the head of an answer. */
const noAnswers: Readonly<Record<string, string | Uint8Array>> = {
  'C9a: another protocol': 'SSH-2.0-OpenSSH_9.7\r\n',
  'C9b: the body alone, as in HTTP/0.9': '{"rate_by_service":{}}\n',
  'C9c: an alert of TLS': Uint8Array.of(0x15, 0x03, 0x01, 0x00, 0x02, 0x02, 0x46),
  'C9d: a status that there is not': 'HTTP/1.1 000 X\r\nContent-Length: 2\r\n\r\n{}',
  'C10: more than 64 KiB of headers': `${OK}X-Long: ${'x'.repeat(70_000)}\r\n\r\n`,
  'C11a: two lengths': `${OK}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}`,
  'C11b: a length and chunks': `${OK}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}`,
  'C11c: a negative length': `${OK}Content-Length: -2\r\n\r\n{}`,
  'C11d: a length that is no number': `${OK}Content-Length: two\r\n\r\n{}`,
};

const outsideHttp = Object.entries(noAnswers).map<FaultRow>(([name, bytes]) => {
  const [id = '', title = ''] = name.split(': ');
  return {
    id,
    title: `${title} is not asked for again`,
    scripts: [[readAll, send(bytes), stall]],
    expected: { kind: 'protocol', requests: 1, arrives: 'once' },
  };
});

const CHUNKED = `${OK}Transfer-Encoding: chunked\r\n\r\n`;

const rows: readonly FaultRow[] = [
  ...outsideHttp,
  {
    id: 'C1a',
    title: 'an Agent that takes all and says nothing is asked again, so spans may arrive twice',
    scripts: [[readAll, stall], ACCEPT],
    expected: { requests: 2, arrives: 'again' },
  },
  {
    id: 'C1b',
    title: 'one that never says anything is a timeout',
    scripts: [[readAll, stall]],
    expected: { kind: 'timeout', requests: 2, arrives: 'again', withinMillis: 1_000 },
  },
  {
    id: 'C2a',
    title: 'a connection that is closed instead of answered is retried',
    scripts: [[readAll, fin], ACCEPT],
    expected: { requests: 2, arrives: 'again' },
  },
  ...Object.entries({ 'C2b: reset': rst, 'C2c: closed': fin }).map<FaultRow>(([name, end]) => {
    const [id = '', how = ''] = name.split(': ');
    return {
      id,
      title: `a connection that is always ${how} instead of answered is a broken one`,
      scripts: [[readAll, end]],
      expected: { kind: 'socket', requests: 2, arrives: 'again' },
    };
  }),
  {
    id: 'C3a',
    title: 'a status line that comes letter by letter is ended by the attempt timeout',
    scripts: [[readAll, drip(LETTERS, 50)], ACCEPT],
    expected: { requests: 2, arrives: 'again', withinMillis: 1_000 },
  },
  {
    id: 'C3b',
    title: 'a body that comes letter by letter after a 200 is a success',
    scripts: [[readAll, send(OK_HEAD), drip('{"rate_by_service":{'.split(''), 50)]],
    expected: { requests: 1, withinMillis: 600 },
  },
  {
    id: 'C4a',
    title: 'a 200 whose body never comes is a success',
    scripts: [[readAll, send(OK_HEAD), stall]],
    expected: { requests: 1, withinMillis: 600 },
  },
  {
    id: 'C4b',
    title: 'a 200 whose body breaks off with a reset is a success',
    scripts: [[readAll, send(`${OK_HEAD}{"rate`), rst]],
    expected: { requests: 1 },
  },
  {
    id: 'C4c',
    title: 'a 200 whose body ends early is a success',
    scripts: [[readAll, send(`${OK_HEAD}{"rate`), fin]],
    expected: { requests: 1 },
  },
  {
    id: 'C5',
    title: 'a 503 whose body breaks off is a 503',
    scripts: [[readAll, send(UNAVAILABLE_HEAD), rst], ACCEPT],
    expected: { requests: 2, arrives: 'again' },
  },
  {
    id: 'C6',
    title: 'informational answers without end are ended by the attempt timeout',
    scripts: [[readAll, flood('HTTP/1.1 103 Early Hints\r\n\r\n')], ACCEPT],
    expected: { requests: 2, arrives: 'again', withinMillis: 1_500 },
  },
  {
    id: 'C8b',
    title: 'a 100 that nobody asked for is retried, so spans may arrive twice',
    scripts: [[readAll, send('HTTP/1.1 100 Continue\r\n\r\n'), stall], ACCEPT],
    expected: { requests: 2, arrives: 'again' },
  },
  {
    id: 'C8a',
    title: 'a change of protocols that nobody asked for is retried, then a breach of the protocol',
    scripts: [
      [readAll, send('HTTP/1.1 101 X\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n'), stall],
    ],
    expected: { kind: 'protocol', requests: 2, arrives: 'again' },
  },
  {
    id: 'C8',
    title: 'a 100 to each request is a breach of the protocol',
    scripts: [[readAll, send('HTTP/1.1 100 Continue\r\n\r\n'), stall]],
    expected: { kind: 'protocol', requests: 2, arrives: 'again' },
  },
  {
    id: 'C11e',
    title: 'a 200 whose chunks are broken is a success',
    scripts: [[readAll, send(`${CHUNKED}2\r\n{}\r\nnone\r\n`), stall]],
    expected: { requests: 1 },
  },
  {
    id: 'C11f',
    title: 'a 200 that is shorter than its length is a success',
    scripts: [[readAll, send(`${OK}Content-Length: 1000\r\n\r\n{}`), fin]],
    expected: { requests: 1 },
  },
  {
    id: 'C11g',
    title: 'a 200 that is longer than its length is a success',
    scripts: [[readAll, send(`${OK}Content-Length: 2\r\n\r\n{}{}{}`), stall]],
    expected: { requests: 1 },
  },
  {
    id: 'C12a',
    title: 'a body without end after a 200 is a success, and the connection is dropped',
    scripts: [[readAll, send('HTTP/1.1 200 OK\r\n\r\n'), flood('x'.repeat(65_536))]],
    expected: { requests: 1, withinMillis: 600 },
  },
  {
    id: 'C12b',
    title: 'a body that is said to have a GiB is not read to its end',
    scripts: [
      [
        readAll,
        send('HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n'),
        flood('x'.repeat(65_536)),
      ],
    ],
    expected: { requests: 1, withinMillis: 600 },
  },
  {
    id: 'C17a',
    title: 'an Agent that closes after every reply gets one request per export',
    scripts: [[readAll, reply(200, { headers: ['Connection: close'] }), fin]],
    expected: { requests: 1 },
  },
  ...['timeout=0', 'timeout=1', 'timeout=-1', 'max=0'].map<FaultRow>((hint) => ({
    id: 'C17b',
    title: `one that keeps connections for ${hint} gets one request per export`,
    scripts: [[readAll, reply(200, { headers: [`Keep-Alive: ${hint}`] })]],
    expected: { requests: 1 },
  })),
];

describe.each(['tcp', 'unix'] as const)('a reply over %s', (over) => {
  it.each(named(rows))('%s', (_name, row) => expectRow(row, over));
});

describe.each(['tcp', 'unix'] as const)('C8: a reply over %s', (over) => {
  it.each([
    ['a 100', 'HTTP/1.1 100 Continue\r\n\r\n'],
    ['a change of protocols', 'HTTP/1.1 101 X\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n'],
  ])('that is %s, on a kept connection, is no attempt', async (_what, stray) => {
    const kept = [...ACCEPT, readAll, send(stray), stall];
    const server = await openFaultServer({ over, scripts: [kept, ACCEPT] });
    const exporter = openExporter({ url: server.url, maxRetries: 0 });

    expect(await exportSpans(exporter, [makeSpan()])).toEqual({ code: 0 });
    expect(await exportSpans(exporter, [makeSpan()])).toEqual({ code: 0 });

    expect(server.accepted).toBe(2);
  });
});

describe.each(['tcp', 'unix'] as const)('C13: a reply without rates over %s', (over) => {
  it.each([
    ['an empty body', ''],
    ['null', 'null'],
    ['an array', '[1,2]'],
    ['text', 'OK'],
    ['broken JSON', '{"rate_by_service":{"service:,env:":0.5}'],
    ['rates of the wrong type', '{"rate_by_service":"all"}'],
    ['a deep nesting', '['.repeat(100_000)],
    ['a byte order mark', '\uFEFF{"rate_by_service":{"service:,env:":0.5}}'],
  ])('is a success that leaves the known rates alone: %s', async (_what, body) => {
    const rates = answer(200, { body: '{"rate_by_service":{"service:,env:":0.25}}' });
    const server = await openFaultServer({ over, scripts: [rates, answer(200, { body })] });
    const exporter = openExporter({ url: server.url });

    expect(await exportSpans(exporter, [makeSpan()])).toEqual({ code: 0 });
    expect(await exportSpans(exporter, [makeSpan()])).toEqual({ code: 0 });

    expect(exporter.sampleRates).toEqual({ 'service:,env:': 0.25 });
    expect(lines).toEqual([]);
  });

  it.each([
    ['HTML', '<!DOCTYPE html><title>Shop</title>'],
    ['XML', '\uFEFF\r\n <?xml version="1.0"?><ok/>'],
  ])('is warned about if it is a page, once, although it is a success: %s', async (_what, body) => {
    const server = await openFaultServer({ over, scripts: [answer(200, { body })] });
    const exporter = openExporter({ url: server.url });

    expect(await exportSpans(exporter, [makeSpan()])).toEqual({ code: 0 });
    expect(await exportSpans(exporter, [makeSpan()])).toEqual({ code: 0 });

    expect(lines).toEqual([
      expect.stringMatching(/^PUT .* sent a page, so it is probably no Agent; is `url` right\?/),
    ]);
  });
});
