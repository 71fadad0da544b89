import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const PAGE = new URL('../../SECURITY.md', import.meta.url);
const TESTS = new URL('../security/', import.meta.url);

it('SECURITY.md names the test of each rule, and no test is without one', () => {
  const named = readFileSync(PAGE, 'utf8').matchAll(/`([\w-]+\.test\.ts)` +\|$/gm);

  expect([...new Set([...named].map(([, file = '']) => file))].toSorted()).toEqual(
    readdirSync(TESTS).toSorted(),
  );
});
