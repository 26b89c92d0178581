// Looks at processes by pid; a zombie counts as gone.

import { readFileSync } from 'node:fs';

export function isRunning(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
