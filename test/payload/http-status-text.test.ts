import { STATUS_CODES } from 'node:http';
import { describe, expect, it } from 'vitest';
import { httpStatusText } from '../../src/payload/http-status-text.js';

/** Where Go's phrases, which are the Agent's, are not Node's; it has none for 509. */
const OF_GO = {
  413: 'Request Entity Too Large',
  414: 'Request URI Too Long',
  416: 'Requested Range Not Satisfiable',
  418: "I'm a teapot",
  509: undefined,
};
const PHRASES = Object.entries({ ...STATUS_CODES, ...OF_GO }).filter(([, phrase]) => phrase);

describe('an HTTP status', () => {
  it.each(PHRASES)('%s is %s', (code, phrase) => {
    expect(httpStatusText(code)).toBe(`${code} ${phrase}`);
  });

  it('has a phrase as often as in Go', () => {
    expect(PHRASES).toHaveLength(62);
  });

  it.each(['', '306', '419', '430', '509', '600', '40', '4040', '404 ', '+404', 'abc'])(
    'that is %j has no phrase',
    (text) => {
      expect(httpStatusText(text)).toBe(text);
    },
  );
});
