// Owns what a broken peer may answer, byte by byte, as data that can be printed and replayed, and the
// steps that play it.

import fc from 'fast-check';
import type { Script, Step } from '../support/fault-server.js';
import { fin, hangUp, readAll, readHead, rst, send, stall } from '../support/fault-steps.js';

export interface BrokenReply {
  readonly statusLine: string;
  readonly headers: readonly string[];
  readonly body: string;
  /** What comes before and after it. */
  readonly before: string;
  readonly after: string;
  readonly damage: readonly Damage[];
  /** How much of it is sent, 1 for all. */
  readonly share: number;
  /** Bytes that go out at a time. */
  readonly pieces: number;
  readonly end: 'kept' | 'closed' | 'cut' | 'reset' | 'silent';
  /** Whether the request is read to its end before. */
  readonly isPolite: boolean;
}

/** At a place in the bytes, from 0 to 1. */
interface Damage {
  readonly at: number;
  readonly how: 'flip' | 'remove' | 'repeat' | 'insert';
  readonly byte: number;
}

const statusLine = fc.oneof(
  { weight: 6, arbitrary: fc.constant('HTTP/1.1 200 OK') },
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      'HTTP/1.1 204 No Content',
      'HTTP/1.1 304 Not Modified',
      'HTTP/1.1 400 Bad Request',
      'HTTP/1.1 413 X',
      'HTTP/1.1 429 X',
      'HTTP/1.1 503 X',
      'HTTP/1.1 999 X',
      'HTTP/1.1 1000 X',
      'HTTP/1.1 20 X',
      'HTTP/1.1 -1 X',
      'HTTP/1.1 101 Switching Protocols',
      'HTTP/1.1 100 Continue',
      'HTTP/1.0 200 OK',
      'HTTP/2.0 200 OK',
      'HTTP/0.9 200 OK',
      'HTTP/1.1 200',
      'HTTP/1.1  200 OK',
      'ICY 200 OK',
      'GET / HTTP/1.1',
      '{"rate_by_service":{}}',
      '\u0015\u0003\u0003\u0000\u0002\u0002F',
      '',
    ),
  },
);
const header = fc.constantFrom(
  'Content-Length: 2',
  'Content-Length: 0',
  'Content-Length: 1',
  'Content-Length: 50',
  'Content-Length: -1',
  'Content-Length: 9007199254740993',
  'Content-Length: 99999999999999999999999',
  'Content-Length: 2, 2',
  'Content-Length: 0x2',
  'Transfer-Encoding: chunked',
  'Transfer-Encoding: gzip, chunked',
  'Transfer-Encoding: identity',
  'Transfer-Encoding : chunked',
  'Connection: close',
  'Connection: upgrade',
  'Keep-Alive: timeout=0',
  'Keep-Alive: timeout=x',
  'Content-Encoding: gzip',
  'Retry-After: 1e309',
  'Retry-After: -5',
  'Datadog-Rates-Payload-Version: \u00FF',
  'Datadog-Rates-Payload-Version: 1\r\n 2',
  'Trailer: X',
  'no colon',
  ': no name',
  'X-Nul: a\u0000b',
  `X-Long: ${'x'.repeat(17_000)}`,
  `X-Longer: ${'x'.repeat(70_000)}`,
  '__proto__: x',
);
const body = fc.constantFrom(
  '{}',
  '',
  'null',
  '[]',
  '{"rate_by_service":{"service:,env:":0.5}}',
  '{"rate_by_service":{"a":-1,"b":2,"c":"0.5","d":null,"__proto__":1,"constructor":1}}',
  '{"__proto__":{"polluted":1},"rate_by_service":{}}',
  '2\r\n{}\r\n0\r\n\r\n',
  '2\r\n{}\r\n0\r\nX: trailer\r\n\r\n',
  '2;extension="x"\r\n{}\r\n0\r\n\r\n',
  'zz\r\n{}\r\n0\r\n\r\n',
  'ffffffffffffffffff\r\n{}',
  '-1\r\n{}\r\n',
  '\u00EF\u00BB\u00BF{}', // a byte order mark
  '['.repeat(20_000),
  'x'.repeat(2_000_000),
);
const around = fc.oneof(
  { weight: 6, arbitrary: fc.constant('') },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '\r\n',
      '\r\n\r\n',
      ' ',
      'HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n',
      'HTTP/1.1 100 Continue\r\n\r\n'.repeat(50),
      'HTTP/1.1 102 Processing\r\nContent-Length: 5\r\n\r\n',
      'HTTP/1.1 500 X\r\nContent-Length: 2\r\n\r\n{}',
      'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}',
      '\u0000'.repeat(10),
      '\u0000\u0000\u0012\u0004\u0000\u0000\u0000\u0000\u0000',
    ),
  },
);
const damage: fc.Arbitrary<Damage> = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  how: fc.constantFrom('flip', 'remove', 'repeat', 'insert'),
  byte: fc.nat(255),
});

export const brokenReply: fc.Arbitrary<BrokenReply> = fc.record({
  statusLine,
  headers: fc.oneof(fc.constant([]), fc.array(header, { maxLength: 4 })),
  body,
  before: around,
  after: around,
  damage: fc.oneof(
    { weight: 2, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.array(damage, { minLength: 1, maxLength: 3 }) },
  ),
  share: fc.oneof(
    { weight: 2, arbitrary: fc.constant(1) },
    { weight: 1, arbitrary: fc.double({ min: 0, max: 1, noNaN: true }) },
  ),
  pieces: fc.constantFrom(1_000_000, 1_000_000, 7),
  end: fc.constantFrom('closed', 'closed', 'cut', 'cut', 'reset', 'reset', 'kept', 'silent'),
  isPolite: fc.constantFrom(true, true, true, false),
});

/** What goes over the wire. */
export function bytesOf(reply: BrokenReply): Buffer {
  const { statusLine: line, headers, body: content, before, after } = reply;
  const whole = `${before}${[line, ...headers].join('\r\n')}\r\n\r\n${content}${after}`;
  let bytes: Buffer = Buffer.from(whole, 'latin1');
  for (const one of reply.damage) bytes = damaged(bytes, one);
  return bytes.subarray(0, Math.round(bytes.length * reply.share));
}

/** The steps of a peer that answers with `bytes`. */
export function scriptOf({ isPolite, pieces, end }: BrokenReply, bytes: Buffer): Script {
  const ends: Readonly<Record<BrokenReply['end'], Script>> = {
    kept: [],
    closed: [fin],
    cut: [hangUp],
    reset: [rst],
    silent: [stall],
  };
  return [isPolite ? readAll : readHead, inPieces(bytes, pieces), ...ends[end]];
}

/** In turns of the event loop, so that they may arrive one by one; the rest at once. */
function inPieces(bytes: Buffer, size: number): Step {
  const MAX_PIECES = 20;
  return async (exchange) => {
    let sent = 0;
    for (let count = 0; count < MAX_PIECES && sent < bytes.length; count++) {
      await send(bytes.subarray(sent, sent + size))(exchange);
      await new Promise((resolve) => setImmediate(resolve));
      sent += size;
    }
    if (sent < bytes.length) await send(bytes.subarray(sent))(exchange);
  };
}

function damaged(bytes: Buffer, { at, how, byte }: Damage): Buffer {
  const place = Math.floor(at * bytes.length);
  const [head, rest] = [bytes.subarray(0, place), bytes.subarray(place)];
  const one = Buffer.of(byte);
  switch (how) {
    case 'flip':
      return Buffer.concat([head, one, rest.subarray(1)]);
    case 'remove':
      return Buffer.concat([head, rest.subarray(1)]);
    case 'repeat':
      return Buffer.concat([head, rest.subarray(0, byte), rest]);
    case 'insert':
      return Buffer.concat([head, one, rest]);
  }
}
