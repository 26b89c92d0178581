// Tells whether a process ended for want of memory: its heap was full, or the system killed it.

import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import type { ExitStatus } from './process-service.js';

const V8_SAYS = 'JavaScript heap out of memory';
/** V8 says it first, and then prints a stack. */
const LOOKED_AT = 64 * 1024;
/** What a shell makes of SIGABRT. */
const ABORTED = 134;

/**
 * The kernel names no pid to us, it only counts what it kills for want of memory. Who dies of an unasked
 * SIGKILL when that count has just risen is taken to be the one.
 */
export class KernelKills {
  #seen = countKernelKills();

  /** Whether the kernel has killed for want of memory since this was last asked. */
  hasRisen(): boolean {
    const before = this.#seen;
    this.#seen = countKernelKills();
    return this.#seen > before;
  }
}

function countKernelKills(): number {
  try {
    const [, count = '0'] = /^oom_kill (\d+)$/m.exec(readFileSync('/proc/vmstat', 'utf8')) ?? [];
    return Number(count);
  } catch {
    return 0; // No Linux: nobody counts.
  }
}

/** `file` is where its standard error went, `offset` its size when the process was started. */
export function isHeapFull(end: ExitStatus, file: string, offset: number): boolean {
  if (end.signal !== 'SIGABRT' && end.exitCode !== ABORTED) return false;
  try {
    return readEnd(file, offset).includes(V8_SAYS);
  } catch {
    return false; // The file is gone, and with it the only witness.
  }
}

function readEnd(file: string, offset: number): string {
  const descriptor = openSync(file, 'r');
  try {
    const { size } = fstatSync(descriptor);
    // Shortened since: then all of it is news.
    const start = Math.max(size < offset ? 0 : offset, size - LOOKED_AT);
    const bytes = Buffer.alloc(size - start);
    return bytes.toString('latin1', 0, readSync(descriptor, bytes, 0, bytes.length, start));
  } finally {
    closeSync(descriptor);
  }
}
