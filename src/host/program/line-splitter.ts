// Cuts what a program prints into lines; however long a line is, only so much of it is kept.

/** A longer line is printed in parts, and is no line to anybody else. */
export const MAX_LINE_BYTES = 64 * 1024;

const NEWLINE = 10;

export interface LineChunk {
  /** To be printed now: whole lines, or parts of one. */
  readonly printable: Uint8Array;
  /** So many of its first bytes have been in an earlier cut: the start of a line that had no end then. */
  readonly printedBytes: number;
  /** The whole lines in it, without their ends. */
  readonly lines: readonly string[];
}

export class LineSplitter {
  #rest: Buffer = Buffer.alloc(0);
  /** The start of the present line has been printed already. */
  #isInLongLine = false;
  /** How much of the rest has been in a cut. */
  #printed = 0;

  /** The start of a line waits for its end, and has not been printed. */
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

  /** The start of a line whose end does not come; it is kept, for the line is told when it is whole. */
  flush(): LineChunk {
    if (!this.hasPartialLine) return { printable: Buffer.alloc(0), lines: [], printedBytes: 0 };
    const printedBytes = this.#printed;
    this.#printed = this.#rest.length;
    return { printable: this.#rest, lines: [], printedBytes };
  }

  /** What is left when the program has ended. */
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
