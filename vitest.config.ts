import { defineConfig } from 'vitest/config';
import { RequirementsReporter } from './test/helpers/requirements-reporter.js';
import { NEED_TAGS } from './test/helpers/requirements.js';

const EACH_PROJECT = { pool: 'forks', testTimeout: 60_000, hookTimeout: 60_000, tags: NEED_TAGS } as const;

/** Tests without processes: their files share a worker, which loads the modules only once. */
const IN_MEMORY = ['test/unit/**/*.test.ts', 'test/property/**/*.test.ts'];

export default defineConfig({
  test: {
    maxWorkers: 2,
    reporters: ['default', new RequirementsReporter()],
    globalSetup: ['test/helpers/global-setup.ts'],
    coverage: { provider: 'v8', include: ['src/**/*.ts'], reporter: ['text-summary', 'html'] },
    projects: [
      { test: { ...EACH_PROJECT, name: 'in-memory', include: IN_MEMORY, isolate: false } },
      { test: { ...EACH_PROJECT, name: 'processes', include: ['test/**/*.test.ts'], exclude: IN_MEMORY } },
    ],
  },
});
