import type { Options } from 'tsup';

const config: Options = {
  entry: { index: 'src/index.ts', fork: 'src/fork.ts', 'dev-agent': 'src/dev-agent/index.ts' },
  format: ['esm', 'cjs'],
  target: 'node20',
  dts: true,
  sourcemap: false, // the output is readable as it is, and maps would double the package
  clean: true,
  splitting: false,
};

export default config;
