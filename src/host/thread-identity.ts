// Reads the ids of the current thread: of Node and of the operating system.

import { readlinkSync } from 'node:fs';
import { threadId } from 'node:worker_threads';

export interface ThreadIdentity {
  /** The thread id of Node. */
  readonly thread_id?: number;
  /** The thread id of the operating system, for CPU accounting; undefined without /proc. */
  readonly tid?: number;
}

/** Call in the worker thread itself. For the main thread the tid would be the pid. */
export function readThreadIdentity(): ThreadIdentity {
  const tid = readTid();
  return { thread_id: threadId, ...(tid === undefined ? {} : { tid }) };
}

/** Must be synchronous: an asynchronous call would run in a thread of the pool of Node. */
function readTid(): number | undefined {
  try {
    return Number(/\/task\/(\d+)$/.exec(readlinkSync('/proc/thread-self'))?.[1] ?? NaN) || undefined;
  } catch {
    return undefined;
  }
}
