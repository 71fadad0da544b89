import { decode, encode } from '@msgpack/msgpack';
import { describe, expect, it } from 'vitest';
import { constantText } from '../../src/payload/encoded-text.js';
import { MsgpackWriter } from '../../src/payload/msgpack-writer.js';

const NO_LIMIT = 1_000_000;

function written(write: (writer: MsgpackWriter) => void): Uint8Array {
  const writer = new MsgpackWriter(16);
  write(writer);
  return writer.copyFrom(0);
}

function readBack(write: (writer: MsgpackWriter) => void): unknown {
  return decode(written(write), { useBigInt64: true });
}

describe('text', () => {
  const lengths = [0, 1, 10, 11, 31, 32, 85, 86, 127, 128, 255, 256, 21_845, 65_535, 65_536];

  it.each(lengths)(
    'writes %i ASCII characters, one, two and three times as wide ones',
    (length) => {
      for (const character of ['a', 'é', '繋']) {
        const text = character.repeat(length);
        expect(readBack((writer) => writer.text(text, NO_LIMIT))).toBe(text);
      }
    },
  );

  it('takes the shortest header', () => {
    expect(written((writer) => writer.text('é'.repeat(15), NO_LIMIT))[0]).toBe(0xa0 | 30);
    expect(written((writer) => writer.text('é'.repeat(16), NO_LIMIT))[0]).toBe(0xd9);
  });

  it.each([1, 15, 50, 51, 5_000])('writes a lone surrogate after %i characters as U+FFFD', (n) => {
    const text = `${'a'.repeat(n)}\ud800`;
    const expected = `${'a'.repeat(n)}\ufffd`;
    expect(readBack((writer) => writer.text(text, NO_LIMIT))).toBe(expected);
  });

  it('cuts between characters and marks the cut', () => {
    expect(readBack((writer) => writer.text('abcdefgh', 6))).toBe('abc...');
    expect(readBack((writer) => writer.text('ééééé', 9))).toBe('ééé...');
    expect(readBack((writer) => writer.text('ééééé', 8))).toBe('éé...');
    expect(readBack((writer) => writer.text('a👍👍', 8))).toBe('a👍...');
  });

  it('does not cut what fits exactly', () => {
    expect(readBack((writer) => writer.text('ééééé', 10))).toBe('ééééé');
    expect(readBack((writer) => writer.text('x'.repeat(25_000), 25_000))).toHaveLength(25_000);
  });

  it('cuts a text of ten million characters to its limit', () => {
    const cut = readBack((writer) => writer.text('x'.repeat(10_000_000), 25_000));
    expect(cut).toBe(`${'x'.repeat(24_997)}...`);
  });
});

describe('number', () => {
  it.each([
    0,
    1,
    127,
    128,
    255,
    256,
    65_535,
    65_536,
    0xffff_ffff,
    2 ** 32,
    2 ** 53,
    -1,
    -128,
    1.5,
    1e308,
  ])('writes %d exactly', (value) => {
    expect(readBack((writer) => writer.number(value))).toBe(value);
  });

  it('writes what is no 32-bit unsigned integer as float64', () => {
    expect(written((writer) => writer.number(2 ** 32))[0]).toBe(0xcb);
    expect(written((writer) => writer.number(-1))[0]).toBe(0xcb);
  });
});

describe('templates', () => {
  it('fills in ids and times over what was copied', () => {
    const bytes = written((writer) => {
      writer.bytes(Uint8Array.of(0x92, 0xcf, 0, 0, 0, 0, 0, 0, 0, 0, 0xd3, 0, 0, 0, 0, 0, 0, 0, 0));
      writer.patchId(2, { high: 0xfedc_ba98, low: 0x7654_3210 });
      writer.patchInt64(11, -5n);
    });
    expect(decode(bytes, { useBigInt64: true })).toEqual([0xfedc_ba98_7654_3210n, -5n]);
  });

  it('fills in counts that are known only at the end', () => {
    const value = readBack((writer) => {
      const opened = writer.openMap();
      writer.text('a', NO_LIMIT);
      writer.number(1);
      writer.fillCount(opened, 1);
    });
    expect(value).toEqual({ a: 1 });
  });

  it('keeps what was written before the buffer grew', () => {
    const texts = Array.from({ length: 100 }, (_, index) => `text ${index}`.repeat(index));
    const value = readBack((writer) => {
      writer.fillCount(writer.openArray(), texts.length);
      for (const text of texts) writer.text(text, NO_LIMIT);
    });
    expect(value).toEqual(texts);
  });
});

it.each([30, 31, 32, 254, 255, 256, 257, 65_534, 65_535, 65_536, 65_537])(
  'cuts texts of any letters to %i bytes, with the shortest header',
  (maxBytes) => {
    for (const letter of ['x', 'é', '繋', '👍', '\ud800']) {
      const value = letter.repeat(maxBytes);
      const writer = new MsgpackWriter(1_024);
      writer.text(value, maxBytes);
      const { buffer, position } = writer.park();

      const whole = letter.toWellFormed();
      const count = Math.floor((maxBytes - 3) / Buffer.byteLength(whole));
      const cut = Buffer.byteLength(whole) === 1 ? value : `${whole.repeat(count)}...`;
      expect(Buffer.compare(buffer.subarray(0, position), encode(cut))).toBe(0);
    }
  },
);

it('takes no more room for a text of which most is cut off than for what is kept', () => {
  const writer = new MsgpackWriter(1_024);
  const key = constantText('key');

  writer.entry(key, 'x'.repeat(10_000_000), 1_000);
  writer.text('\u4e16'.repeat(10_000_000), 1_000);

  expect(writer.position).toBeLessThan(2_100);
  expect(writer.park().buffer.length).toBeLessThan(16_384);
});

it('gives memory back after an unusually large payload, and keeps that of usual ones', () => {
  const writer = new MsgpackWriter(1_024);
  const bytesAfter = (characters: number): number => {
    writer.text('x'.repeat(characters), NO_LIMIT);
    writer.shrink(128 * 1_024);
    writer.number(1);
    const { buffer, position } = writer.park();
    expect(position).toBe(1);
    writer.resume({ buffer, view: new DataView(buffer.buffer), position: 0 });
    return buffer.length;
  };

  expect(bytesAfter(40_000)).toBe(128 * 1_024);
  expect(bytesAfter(100)).toBe(128 * 1_024);
  expect(bytesAfter(1_000_000)).toBe(128 * 1_024);
});
