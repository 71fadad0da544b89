import { defineConfig, type ViteUserConfig } from 'vitest/config';

/** `npm run test:test-agent`: against Datadog's own test agent; needs Python. */
const config: ViteUserConfig = defineConfig({
  test: {
    include: ['interop/test-agent/*.test-agent.test.ts'],
    globalSetup: ['interop/test-agent/setup.ts'],
    setupFiles: ['interop/plain-environment.ts'],
    testTimeout: 60_000,
    hookTimeout: 90_000,
  },
});

export default config;
