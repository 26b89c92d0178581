// Tells by what V8 wrote at the end whether a process ended because its heap was full.

import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { ExitStatus } from './process-service.js';

const V8_SAYS = 'JavaScript heap out of memory';
/** V8 says it first, and then prints a stack. */
const LOOKED_AT = 64 * 1024;
/** What a shell makes of SIGABRT. */
const ABORTED = 134;

/** `file` is where its standard error went, `offset` its size when the process was started. */
export function isOutOfMemory(end: ExitStatus, file: string, offset: number): boolean {
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
