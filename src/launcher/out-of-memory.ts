// Detects whether a process ended because it ran out of memory: its heap was full, or the kernel killed it.

import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import type { ExitStatus } from './launched-run.js';

const V8_MESSAGE = 'JavaScript heap out of memory';
/** How many bytes at the end of the log are searched: V8 prints the message before a stack. */
const SEARCHED_BYTES = 64 * 1024;
/** The exit code of a shell after SIGABRT. */
const ABORTED = 134;

/**
 * The kernel only counts the processes that it kills for lack of memory and does not report their pids. A process that
 * ends by SIGKILL just after the count has risen is taken for the killed one.
 */
export class OomKills {
  #seen = countOomKills();

  /** Whether the kernel has killed a process for lack of memory since the last call. */
  hasRisen(): boolean {
    const before = this.#seen;
    this.#seen = countOomKills();
    return this.#seen > before;
  }
}

function countOomKills(): number {
  try {
    const [, count = '0'] = /^oom_kill (\d+)$/m.exec(readFileSync('/proc/vmstat', 'utf8')) ?? [];
    return Number(count);
  } catch {
    return 0; // Not Linux.
  }
}

/** `file` contains its standard error; `offset` is the size of the file when the process was started. */
export function isHeapFull(end: ExitStatus, file: string, offset: number): boolean {
  if (end.signal !== 'SIGABRT' && end.exitCode !== ABORTED) return false;
  try {
    return readEnd(file, offset).includes(V8_MESSAGE);
  } catch {
    return false; // The file was removed.
  }
}

function readEnd(file: string, offset: number): string {
  const descriptor = openSync(file, 'r');
  try {
    const { size } = fstatSync(descriptor);
    // The file was truncated meanwhile: all of it is new.
    const start = Math.max(size < offset ? 0 : offset, size - SEARCHED_BYTES);
    const bytes = Buffer.alloc(size - start);
    return bytes.toString('latin1', 0, readSync(descriptor, bytes, 0, bytes.length, start));
  } finally {
    closeSync(descriptor);
  }
}
