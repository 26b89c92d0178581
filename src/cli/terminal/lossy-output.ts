// Output of a program that keeps running when nothing reads it: bounded, never throws, counts what it drops.

/** How much may wait to be read, in bytes. */
const MOST_WAITING = 1024 * 1024;

/** What was not written, so far, since the last time that was told. */
export interface OutputLoss {
  readonly lines: number;
  /** Such as ENOSPC; `unread` when too much waits to be read. */
  readonly code: string;
}

type Output = Pick<NodeJS.WriteStream, 'write' | 'writableLength'>;

/**
 * Writes lines to `output`. What cannot be written is dropped and counted; `describe` makes the line that tells so, once
 * the output can be written again.
 */
export class LossyOutput {
  readonly #output: Output;
  readonly #describe: (loss: OutputLoss) => string;
  #lines = 0;
  #code = '';
  /** A failed write may have left a part of its line. */
  #isMidLine = false;

  constructor(output: Output, describe: (loss: OutputLoss) => string) {
    this.#output = output;
    this.#describe = describe;
  }

  write(text: string): void {
    if (this.#output.writableLength > MOST_WAITING) {
      this.#lose(1, 'unread');
      return;
    }
    const lines = this.#lines;
    const told = lines === 0 ? '' : this.#describe({ lines, code: this.#code });
    const start = this.#isMidLine ? '\n' : '';
    this.#lines = 0;
    this.#isMidLine = false;
    this.#output.write(`${start}${told}${text}`, (error?: Error | null) => {
      if (error === undefined || error === null) return;
      this.#isMidLine = true;
      this.#lose(lines + 1, 'code' in error ? String(error.code) : error.message);
    });
  }

  #lose(lines: number, code: string): void {
    this.#lines += lines;
    this.#code = code;
  }
}
