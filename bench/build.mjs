// Owns the bundle of the parts that are measured by themselves, made as the package is.

import { fileURLToPath } from 'node:url';
import { bundle } from '../scripts/bundling.mjs';

export async function buildInternals() {
  await bundle(pathOf('internals.mjs'), pathOf('dist/internals.mjs'), 'esm');
}

function pathOf(name) {
  return fileURLToPath(new URL(name, import.meta.url));
}
