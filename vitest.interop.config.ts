import { defineConfig, type ViteUserConfig } from 'vitest/config';

/** `npm run test:interop`: against the Datadog Agent's own code; needs Go. */
const config: ViteUserConfig = defineConfig({
  test: {
    include: ['interop/**/*.interop.test.ts'],
    globalSetup: ['interop/setup.ts'],
    setupFiles: ['interop/plain-environment.ts'],
    testTimeout: 120_000,
    hookTimeout: 60_000,
  },
});

export default config;
