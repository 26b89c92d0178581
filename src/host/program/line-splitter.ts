// Splits the output of a program into lines and buffers at most MAX_LINE_BYTES of an incomplete line.

/** A longer line is printed in parts and not reported as a line. */
export const MAX_LINE_BYTES = 64 * 1024;

const NEWLINE = 10;

export interface LineChunk {
  /** The bytes to print now: complete lines, or parts of one. */
  readonly printable: Uint8Array;
  /** How many of the first bytes were already in an earlier chunk: the flushed start of a line. */
  readonly printedBytes: number;
  /** The complete lines, without line ends. */
  readonly lines: readonly string[];
}

export class LineSplitter {
  #rest: Buffer = Buffer.alloc(0);
  /** The start of the current line has already been printed in parts. */
  #isInLongLine = false;
  /** How many bytes of the rest were already in a chunk. */
  #printed = 0;

  /** The start of a line is buffered and has not been printed. */
  get hasPartialLine(): boolean {
    return this.#rest.length > this.#printed;
  }

  push(chunk: Buffer): LineChunk {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const end = bytes.lastIndexOf(NEWLINE) + 1;
    const isLong = bytes.length - end > MAX_LINE_BYTES;
    const printable = isLong ? bytes : bytes.subarray(0, end);
    const lines = this.#readLines(bytes.subarray(0, end));
    if (isLong) this.#isInLongLine = true;
    this.#rest = isLong ? Buffer.alloc(0) : bytes.subarray(end);
    return { printable, lines, printedBytes: printable.length === 0 ? 0 : this.#resetPrinted() };
  }

  /** Returns the incomplete line for printing. It stays buffered, because it is reported when it is complete. */
  flush(): LineChunk {
    if (!this.hasPartialLine) return { printable: Buffer.alloc(0), lines: [], printedBytes: 0 };
    const printedBytes = this.#printed;
    this.#printed = this.#rest.length;
    return { printable: this.#rest, lines: [], printedBytes };
  }

  /** Returns the rest after the program has ended. */
  end(): LineChunk {
    const rest = this.#rest;
    this.#rest = Buffer.alloc(0);
    const isLine = rest.length > 0 && !this.#isInLongLine;
    return { printable: rest, lines: isLine ? [rest.toString()] : [], printedBytes: this.#resetPrinted() };
  }

  #resetPrinted(): number {
    const printedBytes = this.#printed;
    this.#printed = 0;
    return printedBytes;
  }

  #readLines(bytes: Buffer): readonly string[] {
    const lines: string[] = [];
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
      const line = bytes.subarray(start, bytes[end - 1] === 13 && end > start ? end - 1 : end);
      if (!this.#isInLongLine && line.length <= MAX_LINE_BYTES) lines.push(line.toString());
      this.#isInLongLine = false;
      start = end + 1;
    }
    return lines;
  }
}
