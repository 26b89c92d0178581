// Every process that a test file starts, directly or not, carries its mark; none may be left at its end.

import { afterAll } from 'vitest';
import { createUniqueId } from '../../src/base/ids.js';
import { eventually } from './eventually.js';
import { markedProcesses, readProc } from './processes.js';

const VARIABLE = 'CONTEXTD_TEST_FILE';

/** To be called once at the top of a test file that starts processes. */
export function expectNoLeftovers(): void {
  const mark = createUniqueId();
  process.env[VARIABLE] = mark;
  afterAll(async () => {
    // A process that was told to end may need a moment; one that was forgotten stays.
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
