// Rotates the file behind the descriptors 1 and 2, which native code and grandchildren print to.

import { closeSync, fstatSync, ftruncateSync, openSync, readSync, writeFileSync } from 'node:fs';
import type { Clock } from '../base/clock.js';
import { HeartbeatTimer } from './heartbeat-timer.js';

/** Grandchildren write directly to the file, so its size is polled. */
const CHECK_MS = 5000;

export interface StdoutRotation {
  /** The file that `descriptor` appends to. */
  readonly path: string;
  readonly descriptor: number;
  readonly maxBytes: number;
}

/** Checks the size now and every five seconds until the process ends. Aligned with default heartbeats, to wake once. */
export function rotateStdout(file: StdoutRotation, clock: Clock): void {
  rotateIfTooLarge(file);
  new HeartbeatTimer(clock, CHECK_MS, () => rotateIfTooLarge(file));
}

/**
 * Copies the last `maxBytes` to `PATH.1` and truncates the file, if it is larger than `maxBytes`. It is not renamed,
 * because other processes hold the descriptor and append to it. Output between the two steps is lost.
 */
export function rotateIfTooLarge({ path, descriptor, maxBytes }: StdoutRotation): void {
  const { size } = fstatSync(descriptor);
  if (size <= maxBytes) return;
  try {
    copyTail(path, size, maxBytes);
  } catch {
    // The file was removed, or the disk is full: truncate without a copy.
  }
  ftruncateSync(descriptor);
}

function copyTail(path: string, size: number, length: number): void {
  const end = Buffer.alloc(length);
  const descriptor = openSync(path, 'r');
  try {
    const read = readSync(descriptor, end, 0, length, size - length);
    writeFileSync(`${path}.1`, end.subarray(0, read), { mode: 0o600 });
  } finally {
    closeSync(descriptor);
  }
}
