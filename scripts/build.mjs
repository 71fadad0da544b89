// Owns which files the package has: for each public entry an ES module, the same as CommonJS, and their types.

import { build as bundleTypes } from 'tsup';
import { bundle } from './bundling.mjs';

const ENTRIES = {
  index: 'src/index.ts',
  fork: 'src/fork.ts',
  'dev-agent': 'src/dev-agent/index.ts',
};

await bundleTypes({
  entry: ENTRIES,
  format: ['esm', 'cjs'],
  // Their `Symbol.asyncDispose` comes with @types/node, of which TypeScript 6 and newer know only where it is named.
  dts: { only: true, banner: '/// <reference lib="esnext.disposable" />' },
  clean: true,
  silent: true,
  config: false,
});
for (const [name, input] of Object.entries(ENTRIES)) {
  await bundle(input, `dist/${name}.js`, 'esm');
  await bundle(input, `dist/${name}.cjs`, 'cjs');
}
