import { configDefaults, defineConfig, type ViteUserConfig } from 'vitest/config';

/** `npm test`: everything that runs offline after `npm ci`. */
const config: ViteUserConfig = defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: [...configDefaults.exclude, 'test/**/*.{package,sdks}.test.ts'],
    setupFiles: ['test/leak-guard.ts'],
    testTimeout: 30_000,
  },
});

export default config;
