import { describe, expect, it } from 'vitest';
import { MsgpackWriter } from '../../src/payload/msgpack-writer.js';

const SPACE = 0x20;

type Write = (writer: MsgpackWriter) => void;

/** After so many spaces, so that memory has to grow in the middle of it. */
function written(write: Write, spaces = 0): string {
  const writer = new MsgpackWriter(16);
  for (let at = 0; at < spaces; at++) writer.byte(SPACE);
  write(writer);
  return Buffer.from(writer.copyFrom(0)).toString().slice(spaces);
}

describe('JSON', () => {
  it.each<[string, Write, string]>([
    ['a byte', (writer) => writer.byte(0x5b), '['],
    ['text', (writer) => writer.json('"\u20ac\u20ac\u20ac"'), '"\u20ac\u20ac\u20ac"'],
    ['short text', (writer) => writer.shortJson('1.5e300'), '1.5e300'],
    ['digits', (writer) => writer.digits(999_999_999, 9), '999999999'],
    ['a plain string', (writer) => writer.jsonString('plain'), '"plain"'],
    ['another string', (writer) => writer.jsonString('\u20ac\n'), '"\u20ac\\n"'],
  ])('has room for %s wherever it begins', (_, write, expected) => {
    for (let spaces = 0; spaces < 150; spaces++) expect(written(write, spaces)).toBe(expected);
  });

  it.each([
    [0, 9, '000000000'],
    [7, 9, '000000007'],
    [120_034_500, 9, '120034500'],
    [2 ** 31 - 1, 10, '2147483647'],
    [12.9, 3, '012'],
  ])('writes %d as %i digits', (integer, count, expected) => {
    expect(written((writer) => writer.digits(integer, count))).toBe(expected);
  });

  it('writes each character of a string as JSON.stringify does', () => {
    const units = [...Array(0x200).keys(), 0xd800, 0xdc00, 0xffff];
    for (const text of units.map((unit) => `a${String.fromCharCode(unit)}b`)) {
      expect(written((writer) => writer.jsonString(text))).toBe(JSON.stringify(text));
    }
  });

  it.each([0, 1, 24, 25, 1_000])('writes a string of %i characters', (length) => {
    const text = 'x'.repeat(length);
    expect(written((writer) => writer.jsonString(text))).toBe(`"${text}"`);
  });
});
