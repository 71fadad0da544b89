import { describe, expect, it } from 'vitest';
import { ReplyReader } from '../../src/transport/reply.js';

const MIB = 1024 * 1024;

describe('ReplyReader', () => {
  it('accepts with any 2xx and hands over body and version of the rates', () => {
    const reader = new ReplyReader();
    reader.start(202, { 'datadog-rates-payload-version': 'v1' });
    reader.take(Buffer.from('{"rate_'));
    reader.take(Buffer.from('by_service":{}}'));

    expect(reader.complete()).toEqual({
      kind: 'accepted',
      reply: { status: 202, ratesVersion: 'v1', retryAfter: [], text: '{"rate_by_service":{}}' },
    });
  });

  it('hands over every Retry-After', () => {
    const reader = new ReplyReader();
    reader.start(503, { 'retry-after': ['1', '2'] });

    expect(reader.complete()).toMatchObject({ reply: { retryAfter: ['1', '2'] } });
  });

  it.each([300, 302, 400, 404, 429, 500, 999])('rejects with %i', (status) => {
    const reader = new ReplyReader();
    reader.start(status, {});

    expect(reader.complete()).toMatchObject({ kind: 'rejected', reply: { status } });
  });

  it('goes by the status when the body breaks off, and ignores the piece', () => {
    const reader = new ReplyReader();
    reader.start(200, {});
    reader.take(Buffer.from('{"rate_by'));

    expect(reader.interrupted()).toMatchObject({ kind: 'accepted', reply: { text: '' } });
  });

  it('has no outcome of its own before the status', () => {
    const reader = new ReplyReader();
    reader.start(103, {});

    expect(reader.interrupted()).toEqual({ kind: 'cancelled', attempts: 1 });
  });

  it('takes up to one MiB, with what it takes to keep the pieces', () => {
    const reader = new ReplyReader();
    reader.start(200, {});

    expect(reader.take(new Uint8Array(MIB - 200))).toBe(true);
    expect(reader.take(new Uint8Array(1))).toBe(false);
  });

  it('takes few pieces of a byte', () => {
    const reader = new ReplyReader();
    reader.start(200, {});
    let pieces = 0;
    while (reader.take(new Uint8Array(1))) pieces++;

    expect(pieces).toBeGreaterThan(8_000);
    expect(pieces).toBeLessThan(9_000);
  });
});
