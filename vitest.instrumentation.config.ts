import { defineConfig, type ViteUserConfig } from 'vitest/config';

/** `npm run test:instrumentation`: services that are really instrumented; needs PostgreSQL. */
const config: ViteUserConfig = defineConfig({
  test: {
    include: ['interop/instrumentation/*.instrumentation.test.ts'],
    globalSetup: ['interop/setup.ts', 'interop/instrumentation/setup.ts'],
    setupFiles: ['interop/plain-environment.ts'],
    fileParallelism: false,
    testTimeout: 40_000,
    hookTimeout: 60_000,
  },
});

export default config;
