// Prints one line at the end of a run: the number of skipped tests and the packages to install.

import type { Reporter, TestModule } from 'vitest/node';
import { summarize } from './requirements.js';

export class RequirementsReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const skipped = modules.flatMap(({ children }) =>
      [...children.allTests('skipped')].map(({ tags }) => tags),
    );
    const line = summarize(skipped);
    if (line !== undefined) process.stdout.write(`\n${line}\n`);
  }
}
