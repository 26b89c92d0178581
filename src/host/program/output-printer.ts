// Writes what a program prints into its log: no line is cut by what others write between its parts.

import type { LogFile } from '../../base/log-file.js';
import type { LineChunk } from './line-splitter.js';

export type OutputLog = Pick<LogFile, 'isMidLine' | 'writes' | 'write'>;

const NEWLINE = 10;

export class OutputPrinter {
  readonly #log: OutputLog;
  /** The stream that was printed last, and how much had been written then. */
  #last: { readonly stream: string; readonly writes: number } | undefined;

  constructor(log: OutputLog) {
    this.#log = log;
  }

  /** The start of a line is printed again if its rest cannot stand behind it any more. */
  print(stream: string, { printable, printedBytes }: Pick<LineChunk, 'printable' | 'printedBytes'>): void {
    if (printable.length === 0) return;
    const log = this.#log;
    const isNext = this.#last?.stream === stream && this.#last.writes === log.writes;
    if (!isNext && log.isMidLine) log.write(Buffer.of(NEWLINE));
    const bytes = isNext ? printable.subarray(printedBytes) : printable;
    if (bytes.length > 0) log.write(bytes);
    this.#last = { stream, writes: log.writes };
  }
}
