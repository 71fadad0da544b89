import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { backoffMillis, isRetriable } from '../../src/transport/retry-policy.js';
import type { BreakPoint, SendOutcome } from '../../src/transport/send-outcome.js';
import { ACCEPTED, rejected } from '../support/fake-connection.js';

function broken(at: BreakPoint, code: string): SendOutcome {
  return { kind: 'broken', at, cause: Object.assign(new Error(code), { code }) };
}

describe('what is retried', () => {
  it.each([408, 425, 429, 500, 502, 503, 504])('a status that may pass: %i', (status) => {
    expect(isRetriable(rejected(status))).toBe(true);
  });

  it.each([300, 307, 400, 401, 403, 404, 405, 410, 413, 415, 431, 501, 505, 599, 999])(
    'no other status: %i',
    (status) => {
      expect(isRetriable(rejected(status))).toBe(false);
    },
  );

  it.each([
    'ECONNREFUSED',
    'ECONNRESET',
    'EPIPE',
    'ENOENT',
    'EAI_AGAIN',
    'ENETUNREACH',
    'ENETDOWN',
    'EHOSTUNREACH',
    'EHOSTDOWN',
    'ENOBUFS',
    'EMFILE',
    'ENFILE',
    'EADDRNOTAVAIL',
    'ECONNABORTED',
    'EAGAIN',
    'UND_ERR_SOCKET',
  ])('an error that may pass: %s', (code) => {
    expect(isRetriable(broken('connect', code))).toBe(true);
  });

  it('an error that may pass, of another realm', () => {
    const cause: unknown = runInNewContext(`Object.assign(new Error(), { code: 'ECONNREFUSED' })`);

    expect(isRetriable({ kind: 'broken', at: 'connect', cause })).toBe(true);
  });

  it('an error that may pass at one of several addresses', () => {
    const codes = ['EINVAL', 'ECONNREFUSED'];
    const errors = codes.map((code) => Object.assign(new Error(), { code }));
    const cause = Object.assign(new AggregateError(errors), { code: 'EINVAL' });

    expect(isRetriable({ kind: 'broken', at: 'connect', cause })).toBe(true);
    cause.errors.pop();
    expect(isRetriable({ kind: 'broken', at: 'connect', cause })).toBe(false);
  });

  it.each(['ENOTFOUND', 'EACCES', 'EPERM', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'ERR_MODULE_NOT_FOUND'])(
    'no error that says that something is set up wrongly: %s',
    (code) => {
      expect(isRetriable(broken('connect', code))).toBe(false);
    },
  );

  it('any time-out, and no breach of the protocol but an answer to another request', () => {
    expect(isRetriable(broken('timeout', ''))).toBe(true);
    expect(isRetriable(broken('protocol', 'ECONNRESET'))).toBe(false);
    expect(isRetriable(broken('protocol', 'UND_ERR_SOCKET'))).toBe(true);
  });

  it('nothing that is done', () => {
    expect(isRetriable(ACCEPTED)).toBe(false);
    expect(isRetriable({ kind: 'cancelled', attempts: 1 })).toBe(false);
  });
});

it('the backoff is anything up to 100 ms, doubled with each retry, and never above 2 s', () => {
  const ceilings = [1, 2, 3, 4, 5, 6, 100].map((retry) => backoffMillis(retry, 1));

  expect(ceilings).toEqual([100, 200, 400, 800, 1_600, 2_000, 2_000]);
  expect(backoffMillis(3, 0)).toBe(0);
  expect(backoffMillis(3, 0.25)).toBe(100);
});
