import type { Options } from 'tsup';

const config: Options = {
  entry: { index: 'src/index.ts', 'dev-agent': 'src/dev-agent/index.ts' },
  format: ['esm', 'cjs'],
  target: 'node20',
  dts: true,
  sourcemap: true,
  clean: true,
  splitting: false,
};

export default config;
