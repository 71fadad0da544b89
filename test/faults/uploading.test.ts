import { describe, it } from 'vitest';
import {
  ACCEPT,
  fin,
  freeze,
  halfClose,
  hangUp,
  readAllBut,
  readBody,
  readHead,
  reply,
  rst,
  send,
  sip,
} from '../support/fault-steps.js';
import { type FaultRow, expectRow, named } from './fault-row.js';

const LARGE = { spans: 2_000 };
/** Two payloads of 5 MiB together, of few spans: more than a kernel buffers. */
const HUGE = {
  spans: 80,
  attributes: Object.fromEntries(['a', 'b', 'c'].map((key) => [key, key.repeat(20_000)])),
  options: { attemptTimeoutMillis: 1_500 }, // several MiB are read by the process that sends them
};

const rows: readonly FaultRow[] = [
  {
    id: 'B1a',
    title: 'a reset after the first byte of the body is retried',
    scripts: [[readHead, readBody(1), rst], ACCEPT],
    expected: { requests: 2 },
  },
  {
    id: 'B1b',
    title: 'a reset in the middle of a large body is retried',
    scripts: [[readHead, readBody(65_536), rst], ACCEPT],
    ...LARGE,
    expected: { requests: 2 },
  },
  {
    id: 'B1c',
    title: 'a reset before the last byte is retried',
    scripts: [[readAllBut(1), rst], ACCEPT],
    expected: { requests: 2 },
  },
  {
    id: 'B1d',
    title: 'resets without end are a broken connection',
    scripts: [[readHead, readBody(1), rst]],
    expected: { kind: 'socket', requests: 2 },
  },
  {
    id: 'B2',
    title: 'a peer that stops reading is given up at the end of the attempt',
    scripts: [[readHead, freeze], [readHead, freeze], ACCEPT],
    ...HUGE,
    expected: {},
  },
  {
    id: 'B3',
    title: 'a peer that reads a hundred bytes in 100 ms is given up at the end of the attempt',
    scripts: [[readHead, sip(100, 100)], [readHead, sip(100, 100)], ACCEPT],
    ...HUGE,
    expected: {},
  },
  {
    id: 'B4',
    title: 'a 413 before the body was read is a 413, not a broken connection',
    scripts: [[readHead, reply(413, { headers: ['Connection: close'] }), fin]],
    spans: 1,
    expected: { kind: 'too_large', status: 413, requests: 1 },
  },
];

/** Over TCP the kernel takes megabytes that nobody reads. */
const rowsOverUnix: readonly FaultRow[] = [
  {
    id: 'B5a',
    title: 'a 200 does not count if the peer stops reading',
    scripts: [[readHead, reply(200), freeze]],
    ...HUGE,
    options: { attemptTimeoutMillis: 500, maxRetries: 0 },
    expected: { kind: 'timeout' },
  },
  {
    id: 'B5b',
    title: 'a 200 does not count if the peer ends before it has read the body',
    scripts: [[readHead, reply(200), readBody(1), hangUp], ACCEPT],
    ...LARGE,
    expected: { requests: 2 },
  },
  {
    id: 'B5c',
    title: 'a 200 does not count if the peer ends its side and reads no body, and is retried',
    scripts: [[readHead, reply(200, { body: '' }), halfClose], ACCEPT],
    ...LARGE,
    expected: { requests: 2 },
  },
  {
    id: 'B5d',
    title: 'a 200 that ends the connection does not count if the body was not read, and is retried',
    scripts: [[readHead, reply(200, { headers: ['Connection: close'] }), halfClose], ACCEPT],
    ...LARGE,
    expected: { requests: 2 },
  },
  {
    id: 'B5e',
    title: 'a 200 without an end does not count if the body was not read, and is retried',
    scripts: [[readHead, send('HTTP/1.1 200 X\r\nConnection: close\r\n\r\n'), halfClose], ACCEPT],
    ...LARGE,
    expected: { requests: 2 },
  },
];

describe.each(['tcp', 'unix'] as const)('uploading over %s', (over) => {
  it.each(named(rows))('%s', (_name, row) => expectRow(row, over));
});

it.each(named(rowsOverUnix))('uploading over unix: %s', (_name, row) => expectRow(row, 'unix'));
