// Says at the end of a run in one line what was skipped and what to install.

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
