// Writes the output of a program to its log. Other output never splits a line.

import type { LogFile } from '../../base/log-file.js';
import type { LineChunk } from './line-splitter.js';

export type OutputLog = Pick<LogFile, 'isMidLine' | 'writes' | 'write'>;

const NEWLINE = 10;

export class OutputPrinter {
  readonly #log: OutputLog;
  /** The stream that was printed last, and the number of writes at that time. */
  #last: { readonly stream: string; readonly writes: number } | undefined;

  constructor(log: OutputLog) {
    this.#log = log;
  }

  /** Prints the start of a line again if other output has been written after it. */
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
