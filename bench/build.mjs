// Owns the bundle of the parts that are measured by themselves, made as the package is: see tsup.config.ts.

import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

export async function buildInternals() {
  await build({
    entryPoints: [fileURLToPath(new URL('internals.mjs', import.meta.url))],
    outfile: fileURLToPath(new URL('dist/internals.mjs', import.meta.url)),
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    logLevel: 'warning',
  });
}
