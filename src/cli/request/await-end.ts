// Waits until a process ends that is not a child of this one.

import { systemClock, type Clock } from '../../base/clock.js';
import { isSameProcess, readProcessId, type ProcessId } from '../../processes/process-table.js';
import { InterruptibleSleep } from '../live/interruptible-sleep.js';

const POLL_MS = 50;

/** Undefined if there is no such process. */
export function processOf(pid: number | undefined): ProcessId | undefined {
  return pid === undefined ? undefined : readProcessId(pid);
}

/** Resolves with true when the process has ended, and with false when the signal is aborted first. */
export async function awaitEnd(
  process: ProcessId,
  signal: AbortSignal,
  clock: Clock = systemClock,
): Promise<boolean> {
  const sleep = new InterruptibleSleep(clock);
  const wake = () => sleep.wake();
  signal.addEventListener('abort', wake);
  try {
    while (isSameProcess(process)) {
      if (signal.aborted) return false;
      await sleep.sleep(POLL_MS);
    }
    return true;
  } finally {
    signal.removeEventListener('abort', wake);
  }
}
