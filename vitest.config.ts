import { defineConfig } from 'vitest/config';
import { RequirementsReporter } from './test/helpers/requirements-reporter.js';
import { NEED_TAGS } from './test/helpers/requirements.js';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: ['default', new RequirementsReporter()],
    tags: NEED_TAGS,
    globalSetup: ['test/helpers/global-setup.ts'],
    coverage: { provider: 'v8', include: ['src/**/*.ts'], reporter: ['text-summary', 'html'] },
  },
});
