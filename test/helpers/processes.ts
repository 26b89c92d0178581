// Reads processes from /proc; a zombie counts as ended.

import { readdirSync, readFileSync } from 'node:fs';

export function isRunning(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

/** The running processes with `variable` set to `value` in their environment, without this process. */
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
    return ''; // It has ended.
  }
}

/** The processor time of all threads of a process so far, in milliseconds. */
export function usedMs(pid: number): number {
  const threads = isRunning(pid) ? readdirSync(`/proc/${pid}/task`) : [];
  const used = threads.map((tid) => Number(readProc(pid, `task/${tid}/schedstat`).split(' ')[0]) / 1e6);
  return used.reduce((sum, each) => sum + each, 0);
}
