// The lines of a service's log on this machine: the last ones, and those to come.

import { ContextdError, messageOf } from '../base/errors.js';
import { LogCursor } from './log-cursor.js';
import { LineSplitter } from './log-lines.js';
import { FileWatch } from './watch-file.js';

export interface LogReading {
  /** How many of the last lines to begin with. */
  readonly lines: number;
  /** Goes on with what is appended, across rotations, until this is aborted; without it ends at the end. */
  readonly follow?: AbortSignal | undefined;
  /** Called when lines may have been rotated away before they could be read: the writer was faster. */
  readonly missed?: () => void;
}

/**
 * The lines of the log at `path`, oldest first, across its rotations. Throws SVC_LOG_UNREADABLE.
 *
 * @example
 * for await (const line of readLog(path, { lines: 50 })) console.log(line);
 */
export async function* readLog(path: string, reading: LogReading): AsyncGenerator<string, void> {
  const { lines, follow, missed } = reading;
  const cursor = await openCursor(path, lines);
  const splitter = new LineSplitter();
  // What is written while we read is not among the last lines that were asked for.
  let left = follow === undefined ? lines : Infinity;
  const watching = follow === undefined ? undefined : new FileWatch(path);
  const wake = () => watching?.wake();
  follow?.addEventListener('abort', wake, { once: true });
  try {
    for (;;) {
      for (let bytes = await cursor.read(); bytes.length > 0; bytes = await cursor.read()) {
        if (cursor.hasMissed) missed?.();
        cursor.hasMissed = false;
        const found = splitter.push(bytes).slice(0, left);
        yield* found;
        left -= found.length;
        if (left <= 0 || follow?.aborted === true) break;
      }
      if (watching === undefined || follow?.aborted !== false) break;
      await watching.changed();
    }
    yield* splitter.rest().slice(0, left);
  } finally {
    follow?.removeEventListener('abort', wake);
    watching?.close();
    await cursor.close();
  }
}

async function openCursor(path: string, lines: number): Promise<LogCursor> {
  try {
    return await LogCursor.atLast(path, lines);
  } catch (cause) {
    throw new ContextdError('SVC_LOG_UNREADABLE', `cannot read ${path} here: ${messageOf(cause)}`, {
      cause,
      hint: "logs are read where the provider runs, as the provider's user",
    });
  }
}
