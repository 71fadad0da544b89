import { expect, it } from 'vitest';
import { exportError, type Failure, type Failures } from '../../src/exporter/export-failure.js';

const UNSENT: Failure = { kind: 'timeout', spans: 2, attempts: 0, detail: 'too slow' };
const UNANSWERED: Failure = { kind: 'timeout', spans: 1, attempts: 2, detail: 'too late' };
const UNCONNECTED: Failure = { kind: 'connect', spans: 1, attempts: 1 };

it.each<[string, Failures, string]>([
  ['nothing was sent', [UNSENT], 'not sent: there was no time to send the spans: too slow; 2'],
  [
    'the Agent did not answer for a part',
    [UNSENT, UNANSWERED],
    '2 attempts: the Agent did not answer in time: too late; 3',
  ],
  [
    'another part found no connection',
    [UNSENT, UNCONNECTED],
    '1 attempt: there was no time to send the spans: too slow; 3',
  ],
])('blames the Agent for a timeout only if it was asked: %s', (_when, failures, text) => {
  expect(exportError(failures, 'PUT where').message).toBe(
    `Export failed: PUT where, ${text} spans lost`,
  );
});
