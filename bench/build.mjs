// Owns the bundle of the parts that are measured by themselves.

import { fileURLToPath } from 'node:url';
import { bundle } from '../scripts/bundling.mjs';

export async function buildInternals() {
  const [input, output] = ['internals.mjs', 'dist/internals.mjs'].map((path) =>
    fileURLToPath(new URL(path, import.meta.url)),
  );
  await bundle(input, output, 'esm');
}
