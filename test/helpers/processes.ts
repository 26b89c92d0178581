// Looks at processes by pid; a zombie counts as gone.

import { readdirSync, readFileSync } from 'node:fs';

export function isRunning(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

/** Those that live and have `variable` set to `value` in their environment; never this process itself. */
export function markedProcesses(variable: string, value: string): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .map(Number)
    .filter((pid) => readProc(pid, 'environ').includes(`${variable}=${value}`) && isRunning(pid));
}

export function readProc(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return ''; // It ended while we looked.
  }
}

/** Processor time that the threads of a process have taken so far, in milliseconds. */
export function usedMs(pid: number): number {
  const threads = isRunning(pid) ? readdirSync(`/proc/${pid}/task`) : [];
  const used = threads.map((tid) => Number(readProc(pid, `task/${tid}/schedstat`).split(' ')[0]) / 1e6);
  return used.reduce((sum, each) => sum + each, 0);
}
