import { afterEach, expect, it, vi } from 'vitest';
import { afterForkInChild } from '../../src/fork.js';
import { UUID } from '../../src/fork/lineage.js';
import { processIdentity } from '../../src/fork/process-identity.js';

const OF_KERNEL = '01234567-89ab-4cde-8f01-23456789abcd';

/** What the kernel says; the file itself where there is nothing else. */
const kernel = vi.hoisted((): { says: (() => string) | undefined } => ({ says: undefined }));

vi.mock('node:fs', async (importOriginal) => {
  const original = await importOriginal<typeof import('node:fs')>();
  const readFileSync = (path: string, encoding: 'utf8'): string =>
    kernel.says?.() ?? original.readFileSync(path, encoding);
  return { ...original, readFileSync };
});

afterEach(() => {
  kernel.says = undefined;
});

/** The runtime id of a copy of this process. */
function nextRuntimeId(): string {
  afterForkInChild();
  return processIdentity(undefined).runtimeId;
}

it('is of the kernel, which copies of a process do not share', () => {
  kernel.says = () => `${OF_KERNEL}\n`;

  expect(nextRuntimeId()).toBe(OF_KERNEL);
});

it.each<[string, (() => string) | undefined]>([
  ['the kernel of this machine', undefined],
  ['a kernel that says something else', () => 'no id\n'],
  [
    'a system without one, or that may not be asked',
    () => {
      throw Object.assign(new Error('not there'), { code: 'ENOENT' });
    },
  ],
])('is a UUID of its own for each copy with %s', (_what, says) => {
  kernel.says = says;

  const ids = [nextRuntimeId(), nextRuntimeId()];

  expect(new Set(ids).size).toBe(2);
  for (const id of ids) expect(id).toMatch(UUID);
});
