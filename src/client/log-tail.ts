// The end of one log on this machine: its last lines, then the lines that are appended, across rotations.

import { stat } from 'node:fs/promises';
import { ContextdError, messageOf } from '../base/errors.js';
import { LogCursor } from './log-cursor.js';
import { LineSplitter } from './log-lines.js';

export class LogTail {
  readonly path: string;
  readonly #cursor: LogCursor;
  readonly #splitter = new LineSplitter();
  readonly #onGap: (() => void) | undefined;

  private constructor(path: string, cursor: LogCursor, onGap: (() => void) | undefined) {
    this.path = path;
    this.#cursor = cursor;
    this.#onGap = onGap;
  }

  /** Begins with the last `lines` lines. `onGap` is called when rotation may have deleted lines before they were read. Throws SVC_LOG_UNREADABLE. */
  static async open(path: string, lines: number, onGap?: () => void): Promise<LogTail> {
    try {
      return new LogTail(path, await LogCursor.openTail(path, lines), onGap);
    } catch (cause) {
      throw new ContextdError('SVC_LOG_UNREADABLE', `cannot read the log ${path}: ${messageOf(cause)}`, {
        cause,
        hint: "run the command on the provider's machine, as the provider's user",
      });
    }
  }

  /** The complete lines of the next part; undefined at the current end. */
  async read(): Promise<readonly string[] | undefined> {
    const bytes = await this.#cursor.read();
    if (bytes.length === 0) return undefined;
    if (this.#cursor.hasGap) this.#onGap?.();
    this.#cursor.hasGap = false;
    return this.#splitter.push(bytes);
  }

  /** The complete lines of all parts up to the current end, without a last read that finds nothing. */
  async *readToEnd(): AsyncGenerator<readonly string[], void> {
    for (let found = await this.read(); found !== undefined; found = await this.read()) {
      yield found;
      if (this.#cursor.isAtEnd) return;
    }
  }

  /** The last line, if it has no line end yet. */
  rest(): readonly string[] {
    return this.#splitter.rest();
  }

  /** When the log was written to, in milliseconds since the epoch; 0 if it has been removed. */
  async lastWriteMs(): Promise<number> {
    const found = await stat(this.path).catch(() => undefined);
    return found?.mtimeMs ?? 0;
  }

  async close(): Promise<void> {
    await this.#cursor.close();
  }
}
