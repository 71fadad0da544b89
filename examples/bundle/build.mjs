// Bundles app.mjs with the exporter, undici and the SDK into one file, which runs without
// node_modules. CommonJS unless told otherwise.
//
// Run it with `node build.mjs OUTFILE [--esm] [--minify]`, then `node OUTFILE`.

import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const [outfile, ...flags] = process.argv.slice(2);
if (outfile === undefined) throw new Error('Usage: node build.mjs OUTFILE [--esm] [--minify]');
const esm = flags.includes('--esm');

// undici and the SDK are CommonJS and require Node's own modules; an ES module has no `require`
// unless it makes one.
const banner = `import { createRequire } from 'node:module';
const require = createRequire(import.meta.url);`;

await build({
  entryPoints: [fileURLToPath(new URL('app.mjs', import.meta.url))],
  outfile,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: esm ? 'esm' : 'cjs',
  minify: flags.includes('--minify'),
  ...(esm && { banner: { js: banner } }),
});
