import { describe, expect, it } from 'vitest';
import {
  cutUtf8,
  normalizeName,
  normalizeService,
  normalizeTagValue,
} from '../../src/payload/normalize.js';

describe('normalizeTagValue', () => {
  it.each([
    ['', ''],
    ['postgresql', 'postgresql'],
    ['AWS SQS', 'aws_sqs'],
    ['a__b', 'a_b'],
    ['trailing_', 'trailing'],
    ['  ENV ', '_env'],
    ['%$^', ''],
    ['1st', '1st'],
    ['2.0_rc1', '2.0_rc1'],
    ['2.0__rc1', '2.0_rc1'],
    ['./-', './-'],
    ['_a', '_a'],
    ['1.0\n', '1.0'],
    ['fun:ky@@@tag/3', 'fun:ky_tag/3'],
    ['Test Conversion Of Weird !@#$%^&**() Characters', 'test_conversion_of_weird_characters'],
    ['Data🐨dog🐶 繋がっ⛰てて', 'data_dog_繋がっ_てて'],
    ['x'.repeat(300), 'x'.repeat(200)],
    [`${'X'.repeat(200)}é`, 'x'.repeat(200)],
    [`X${'é'.repeat(300)}`, `x${'é'.repeat(199)}`],
    ['\0NUL\x7f-DEL', '_nul_-del'],
    ['é'.repeat(300), 'é'.repeat(200)],
    ['繋'.repeat(200), '繋'.repeat(134)], // the first that end at 400 bytes or later
    ['ÉÑ', 'éñ'],
    ['ǅ ᾈ', 'ǅ_ᾈ'], // in title case
    ['İẞ', 'İẞ'], // in lower case of three bytes and of two, instead of two and three
  ])('makes %j %j', (value, expected) => {
    expect(normalizeTagValue(value)).toBe(expected);
  });
});

describe('normalizeService', () => {
  it.each([
    ['bad$service', 'bad_service'],
    ['%$^', 'unnamed-service'],
    ['🐨animal-db🐶', '_animal-db'],
    ['1🐨1animal-db🐶', '1_1animal-db'],
    ['a'.repeat(150), 'a'.repeat(100)],
    ['é'.repeat(80), 'é'.repeat(50)],
  ])('makes %j %j', (service, expected) => {
    expect(normalizeService(service)).toBe(expected);
  });
});

describe('normalizeName', () => {
  it.each([
    ['http.server.request', 'http.server.request'],
    ['Internal', 'Internal'],
    ['aws-api.server.request', 'aws_api.server.request'],
    ['aws.my-fn.invoke', 'aws.my_fn.invoke'],
    ['1a._b', 'a._b'],
    ['aa._b_', 'aa._b'],
    ['a._b-c', 'a.b_c'],
    ['a__', 'a'],
    ['', 'unnamed_operation'],
    ['%$^', 'unnamed_operation'],
    ['9lives', 'lives'],
    ['a_.b', 'a.b'],
    ['end_', 'end'],
    ['Too-Long-.'.repeat(11), 'Too_Long.'.repeat(10)],
  ])('makes %j %j', (name, expected) => {
    expect(normalizeName(name)).toBe(expected);
  });
});

describe('cutUtf8', () => {
  it('never splits a character', () => {
    expect(cutUtf8('aé繋👍', 100)).toBe('aé繋👍');
    expect(cutUtf8('aé繋👍', 9)).toBe('aé繋');
    expect(cutUtf8('aé繋👍', 5)).toBe('aé');
    expect(cutUtf8('aé', 2)).toBe('a');
  });
});
