import { expect, it, vi } from 'vitest';
import { DatadogExportError } from '../src/index.js';

const DETAILS = { kind: 'connect', lostSpans: 1, attempts: 1 } as const;

it('knows the errors of another copy of the package, as `import` and `require` have one each', async () => {
  vi.resetModules();
  const copy = await import('../src/index.js');
  const theirs = new copy.DatadogExportError('lost', DETAILS);

  expect(copy.DatadogExportError).not.toBe(DatadogExportError);
  expect(theirs).toBeInstanceOf(DatadogExportError);
  expect(new Error('other')).not.toBeInstanceOf(DatadogExportError);
  expect(Object.assign({}, theirs)).not.toBeInstanceOf(DatadogExportError);
});

it('takes for one of a class that extends it only what is', () => {
  class Special extends DatadogExportError {}

  expect(new Special('lost', DETAILS)).toBeInstanceOf(Special);
  expect(new Special('lost', DETAILS)).toBeInstanceOf(DatadogExportError);
  expect(new DatadogExportError('lost', DETAILS)).not.toBeInstanceOf(Special);
});
