// Splits bytes into lines, forwards and backwards, independent of the chunk boundaries.

const NEWLINE = 10;

/** Joins chunks into lines. A line is decoded as a whole, so that no character is split. */
export class LineSplitter {
  #parts: Uint8Array[] = [];

  /** The lines that `chunk` completes, without line ends. */
  push(chunk: Uint8Array): readonly string[] {
    const lines: string[] = [];
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
      this.#parts.push(chunk.subarray(from, end));
      lines.push(this.#take());
      from = end + 1;
    }
    // Copied, because the caller may reuse the buffer.
    if (from < chunk.length) this.#parts.push(Uint8Array.from(chunk.subarray(from)));
    return lines;
  }

  /** The last line, if it has no line end yet. */
  rest(): readonly string[] {
    return this.#parts.length === 0 ? [] : [this.#take()];
  }

  #take(): string {
    const line = Buffer.concat(this.#parts).toString('utf8');
    this.#parts = [];
    return line;
  }
}

/** Finds the beginning of the last `lines` lines, given the chunks from the last to the first. */
export class LineCounter {
  #left: number;
  #isEnd = true;

  constructor(lines: number) {
    this.#left = lines;
  }

  /** The offset in `chunk` at which the lines begin; undefined if they begin in an earlier chunk. */
  countBack(chunk: Uint8Array): number | undefined {
    if (this.#left === 0) return chunk.length;
    let before = chunk.length;
    // The final line end does not begin another line.
    if (this.#isEnd && chunk.length > 0) {
      this.#isEnd = false;
      if (chunk.at(-1) === NEWLINE) before -= 1;
    }
    while (before > 0) {
      const at = chunk.lastIndexOf(NEWLINE, before - 1);
      if (at < 0) return undefined;
      this.#left -= 1;
      if (this.#left === 0) return at + 1;
      before = at;
    }
    return undefined;
  }
}
