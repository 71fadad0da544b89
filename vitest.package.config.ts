import { defineConfig, type ViteUserConfig } from 'vitest/config';

/** `npm run test:package`: what a user gets from the tarball; installs from the npm registry. */
const config: ViteUserConfig = defineConfig({
  test: {
    include: ['test/**/*.package.test.ts'],
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});

export default config;
