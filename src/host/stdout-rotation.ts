// Keeps the file behind the descriptors 1 and 2 small: what native code and grandchildren print lands there.

import { closeSync, fstatSync, ftruncateSync, openSync, readSync, writeFileSync } from 'node:fs';
import type { Clock } from '../base/clock.js';
import { HeartbeatTimer } from './heartbeat-timer.js';

/** Grandchildren write whenever they like, and nobody tells us. */
const CHECK_MS = 5000;

export interface StdoutRotation {
  /** The file that `descriptor` appends to. */
  readonly path: string;
  readonly descriptor: number;
  readonly maxBytes: number;
}

/** Looks now and every five seconds, until the process ends; at the moments of heartbeats that come by default, not to wake it twice. */
export function rotateStdout(file: StdoutRotation, clock: Clock): void {
  rotateIfTooLarge(file);
  new HeartbeatTimer(clock, CHECK_MS, () => rotateIfTooLarge(file));
}

/**
 * Over its limit, moves its last `maxBytes` to `PATH.1` and empties it. Copied and emptied, not renamed:
 * others hold the descriptor, and since they append they go on at the start of the emptied file. What is
 * written between the two steps is lost.
 */
export function rotateIfTooLarge({ path, descriptor, maxBytes }: StdoutRotation): void {
  const { size } = fstatSync(descriptor);
  if (size <= maxBytes) return;
  try {
    copyTail(path, size, maxBytes);
  } catch {
    // No such name any more, or no room for a copy: then this much is enough to have been kept.
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
