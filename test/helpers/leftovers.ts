// Fails a test file that leaves processes behind: all its processes inherit a mark in their environment.

import { afterAll } from 'vitest';
import { createUniqueId } from '../../src/base/ids.js';
import { eventually } from './eventually.js';
import { markedProcesses, readProc } from './processes.js';

const VARIABLE = 'CONTEXTD_TEST_FILE';

/** Must be called once at the top of a test file that starts processes. */
export function expectNoLeftovers(): void {
  const mark = createUniqueId();
  process.env[VARIABLE] = mark;
  afterAll(async () => {
    // A process that is ending may need a moment.
    await eventually(
      () => markedProcesses(VARIABLE, mark).length === 0,
      `no process left, but there are ${describe(mark)}`,
      5000,
    );
  });
}

function describe(mark: string): string {
  return markedProcesses(VARIABLE, mark)
    .map((pid) => `${pid} (${readProc(pid, 'cmdline').split('\0').join(' ').trim()})`)
    .join(', ');
}
