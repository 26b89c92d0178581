// What the thread that a task runs in is called, by node and by the system.

import { readlinkSync } from 'node:fs';
import { threadId } from 'node:worker_threads';

export interface ThreadIdentity {
  /** Node's number for it. */
  readonly thread_id?: number;
  /** The system's, by which its cpu can be told from its neighbours'; missing where there is no /proc. */
  readonly tid?: number;
}

/** To be called in the thread itself, which is not the main thread: the number of that one is the pid. */
export function readThreadIdentity(): ThreadIdentity {
  const tid = readTid();
  return { thread_id: threadId, ...(tid === undefined ? {} : { tid }) };
}

/** A synchronous call is made by the thread it is called in, not by one of node's helpers. */
function readTid(): number | undefined {
  try {
    return Number(/\/task\/(\d+)$/.exec(readlinkSync('/proc/thread-self'))?.[1] ?? NaN) || undefined;
  } catch {
    return undefined;
  }
}
