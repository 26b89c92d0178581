// Output that never blocks or stops its program: bounded, never throws, counts dropped lines.

/** Limit of unread output, in bytes. */
const MAX_UNREAD = 1024 * 1024;

/** Lines dropped since the last report. */
export interface OutputLoss {
  readonly lines: number;
  /** Such as ENOSPC; `unread` when the reader is too slow. */
  readonly code: string;
}

type Output = Pick<NodeJS.WriteStream, 'write' | 'writableLength'>;

/**
 * Writes lines to `output`. Lines that cannot be written are dropped and counted. Once the output can be written again,
 * the line that `describe` returns reports them.
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
    if (this.#output.writableLength > MAX_UNREAD) {
      this.#drop(1, 'unread');
      return;
    }
    const lines = this.#lines;
    const report = lines === 0 ? '' : this.#describe({ lines, code: this.#code });
    const start = this.#isMidLine ? '\n' : '';
    this.#lines = 0;
    this.#isMidLine = false;
    this.#output.write(`${start}${report}${text}`, (error?: Error | null) => {
      if (error === undefined || error === null) return;
      this.#isMidLine = true;
      this.#drop(lines + 1, 'code' in error ? String(error.code) : error.message);
    });
  }

  #drop(lines: number, code: string): void {
    this.#lines += lines;
    this.#code = code;
  }
}
