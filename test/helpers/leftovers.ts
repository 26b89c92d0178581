// Every process that a test file starts, directly or not, carries its mark; none may be left at its end.

import { readdirSync, readFileSync } from 'node:fs';
import { afterAll } from 'vitest';
import { createUniqueId } from '../../src/base/ids.js';
import { eventually } from './eventually.js';

const VARIABLE = 'CONTEXTD_TEST_FILE';

/** To be called once at the top of a test file that starts processes. */
export function expectNoLeftovers(): void {
  const mark = createUniqueId();
  process.env[VARIABLE] = mark;
  afterAll(async () => {
    // A process that was told to end may need a moment; one that was forgotten stays.
    await eventually(
      () => markedProcesses(mark).length === 0,
      `no process left, but there are ${describe(mark)}`,
      5000,
    );
  });
}

function markedProcesses(mark: string): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .map(Number)
    .filter(
      (pid) => read(pid, 'environ').includes(`${VARIABLE}=${mark}`) && !/\) [ZX] /.test(read(pid, 'stat')),
    );
}

function describe(mark: string): string {
  return markedProcesses(mark)
    .map((pid) => `${pid} (${read(pid, 'cmdline').split('\0').join(' ').trim()})`)
    .join(', ');
}

function read(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return ''; // It ended while we looked.
  }
}
