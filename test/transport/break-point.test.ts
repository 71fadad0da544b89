import { expect, it } from 'vitest';
import { withoutWrapper } from '../../src/transport/break-point.js';

const REFUSED = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
const TIMED_OUT = Object.assign(new Error('connect ETIMEDOUT'), { code: 'ETIMEDOUT' });

/** As of undici 8, where it has a cause. */
function connectTimeout(cause?: Error): Error {
  const text =
    'Connect Timeout Error (attempted addresses: [::1]:8126, 127.0.0.1:8126, timeout: 0ms)';
  return Object.assign(new Error(text, { cause }), { code: 'UND_ERR_CONNECT_TIMEOUT' });
}

it('what the addresses of a host failed with is told as Node tells it', () => {
  const both = new AggregateError([TIMED_OUT, REFUSED]);

  expect(withoutWrapper(connectTimeout(both))).toBe(both);
});

it.each([
  ['of the system', REFUSED],
  ['of a time limit', connectTimeout()],
  ['with a cause', new Error('no', { cause: new AggregateError([REFUSED]) })],
])('an error %s stays what it is', (_what, error) => {
  expect(withoutWrapper(error)).toBe(error);
});
