// Cuts what a program prints into lines; however long a line is, only so much of it is kept.

/** A longer line is printed in parts, and is no line to anybody else. */
export const LONGEST_LINE_BYTES = 64 * 1024;

const NEWLINE = 10;

export interface Cut {
  /** To be printed now: whole lines, or parts of one. */
  readonly printable: Uint8Array;
  /** So many of its first bytes have been in an earlier cut: the start of a line that had no end then. */
  readonly shown: number;
  /** The whole lines in it, without their ends. */
  readonly lines: readonly string[];
}

export class LineSplitter {
  #rest: Buffer = Buffer.alloc(0);
  /** The start of the present line has been printed already. */
  #isWithinLong = false;
  /** How much of the rest has been in a cut. */
  #shown = 0;

  /** The start of a line waits for its end, and has not been printed. */
  get isWaiting(): boolean {
    return this.#rest.length > this.#shown;
  }

  take(chunk: Buffer): Cut {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const end = bytes.lastIndexOf(NEWLINE) + 1;
    const isLong = bytes.length - end > LONGEST_LINE_BYTES;
    const printable = isLong ? bytes : bytes.subarray(0, end);
    const lines = this.#readLines(bytes.subarray(0, end));
    if (isLong) this.#isWithinLong = true;
    this.#rest = isLong ? Buffer.alloc(0) : bytes.subarray(end);
    return { printable, lines, shown: printable.length === 0 ? 0 : this.#takeShown() };
  }

  /** The start of a line whose end does not come; it is kept, for the line is told when it is whole. */
  flush(): Cut {
    if (!this.isWaiting) return { printable: Buffer.alloc(0), lines: [], shown: 0 };
    const shown = this.#shown;
    this.#shown = this.#rest.length;
    return { printable: this.#rest, lines: [], shown };
  }

  /** What is left when the program has ended. */
  end(): Cut {
    const rest = this.#rest;
    this.#rest = Buffer.alloc(0);
    const isLine = rest.length > 0 && !this.#isWithinLong;
    return { printable: rest, lines: isLine ? [rest.toString()] : [], shown: this.#takeShown() };
  }

  #takeShown(): number {
    const shown = this.#shown;
    this.#shown = 0;
    return shown;
  }

  #readLines(bytes: Buffer): readonly string[] {
    const lines: string[] = [];
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
      const line = bytes.subarray(start, bytes[end - 1] === 13 && end > start ? end - 1 : end);
      if (!this.#isWithinLong && line.length <= LONGEST_LINE_BYTES) lines.push(line.toString());
      this.#isWithinLong = false;
      start = end + 1;
    }
    return lines;
  }
}
