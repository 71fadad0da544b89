import { defineConfig, type ViteUserConfig } from 'vitest/config';
import { MatrixReporter } from './test/sdks/matrix-reporter.js';

/** `npm run test:sdks`: every Node with every SDK line; installs from the npm registry. */
const config: ViteUserConfig = defineConfig({
  test: {
    include: ['test/sdks/**/*.sdks.test.ts'],
    reporters: ['default', new MatrixReporter()],
    testTimeout: 300_000,
    hookTimeout: 600_000,
  },
});

export default config;
