// Owns how TypeScript becomes a file of the package. Knows nothing of which files there are.

import { build } from 'rolldown';

/**
 * Bundles a module and what it consists of. Constants stay `const`, which V8 replaces by their values where it
 * optimizes: esbuild makes `var` of them, with which, in an ES module, `npm run bench -- encode` shows 7 % more.
 *
 * The output is readable as it is: no source maps, which would double the package. It has no comments, which would
 * add a third; those for users are with the types.
 */
export async function bundle(input, file, format) {
  await build({
    input,
    platform: 'node',
    external: /^[^./]/,
    transform: { target: 'node20' },
    output: { file, format, strict: true, codeSplitting: false, comments: { jsdoc: false } },
    experimental: { attachDebugInfo: 'none' },
    logLevel: 'warn',
  });
}
