// Reads the lines of a service's log on this machine: the last ones, and optionally those that follow.

import { basename, dirname } from 'node:path';
import { FolderWatcher } from './folder-watcher.js';
import { LogTail } from './log-tail.js';

export interface ReadLogOptions {
  /** How many of the last lines to read first. */
  readonly lines: number;
  /** Continues with lines that are appended, across rotations, until this is aborted; without it reading ends at the end. */
  readonly follow?: AbortSignal | undefined;
  /** Called when lines may be missing because rotation deleted a file before it was read. */
  readonly onGap?: () => void;
}

/**
 * Yields the lines of the log at `path`, oldest first, across its rotations. Throws SVC_LOG_UNREADABLE.
 *
 * @example
 * for await (const line of readLog(path, { lines: 50 })) console.log(line);
 */
export async function* readLog(path: string, options: ReadLogOptions): AsyncGenerator<string, void> {
  const { lines, follow, onGap } = options;
  const tail = await LogTail.open(path, lines, onGap);
  // Without `follow`, lines that are written while we read do not count.
  let left = follow === undefined ? lines : Infinity;
  const name = basename(path);
  // A rotated log has a number after its name.
  const counts = (changed: string) => changed.startsWith(name);
  const watcher = follow === undefined ? undefined : new FolderWatcher(dirname(path), { counts });
  const wake = () => watcher?.wake();
  follow?.addEventListener('abort', wake, { once: true });
  try {
    for (;;) {
      for (let found = await tail.read(); found !== undefined; found = await tail.read()) {
        const shown = found.slice(0, left);
        yield* shown;
        left -= shown.length;
        if (left <= 0 || follow?.aborted === true) break;
      }
      if (watcher === undefined || follow?.aborted !== false) break;
      await watcher.waitForChange();
    }
    yield* tail.rest().slice(0, left);
  } finally {
    follow?.removeEventListener('abort', wake);
    watcher?.close();
    await tail.close();
  }
}
