// Selects lines of a log by time and by a pattern.

export interface LineFilter {
  /** Only lines since this time, in milliseconds since the epoch. */
  readonly sinceMs?: number | undefined;
  readonly pattern?: RegExp | undefined;
}

/** A line and its time: its own, else that of the line before it; undefined before the first line with a time. */
export interface TimedLine {
  readonly line: string;
  readonly atMs: number | undefined;
}

const TIME = /^\W?(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d(?:[.,]\d+)?)(Z|[+-]\d\d:?\d\d)?/;

/** The time at the beginning of a line, in ISO 8601 or a similar form; local time if it has no zone. */
export function timeOf(line: string): number | undefined {
  const [found, date, time = '', zone = ''] = TIME.exec(line) ?? [];
  if (found === undefined) return undefined;
  const ms = Date.parse(`${date}T${time.replace(',', '.')}${zone}`);
  return Number.isNaN(ms) ? undefined : ms;
}

/**
 * Programs may print lines without a time. For the order such a line counts with the line before it, so that a stack trace
 * stays with its error. For `sinceMs` it is selected if it may have been written since then: before a later line with a
 * selected time, or in a log that was written to since.
 */
export class LogSelector {
  readonly #filter: LineFilter;
  #lastMs: number | undefined;
  /** Lines without a time since the last line with one. */
  #pending: TimedLine[] = [];

  constructor(filter: LineFilter) {
    this.#filter = filter;
  }

  /** Returns the selected lines among this one and the ones before it. */
  push(line: string): readonly TimedLine[] {
    const ownMs = timeOf(line);
    this.#lastMs = ownMs ?? this.#lastMs;
    const timed = { line, atMs: this.#lastMs };
    const { sinceMs } = this.#filter;
    if (sinceMs === undefined) return this.#matching([timed]);
    if (ownMs === undefined) {
      this.#pending.push(timed);
      return [];
    }
    return ownMs < sinceMs ? this.#drop() : this.#matching([...this.#take(), timed]);
  }

  /** Returns the selected ones of the last lines, for a log that was last written to at `lastWriteMs`. Later lines are all recent. */
  end(lastWriteMs: number): readonly TimedLine[] {
    const { sinceMs = 0 } = this.#filter;
    return lastWriteMs < sinceMs ? this.#drop() : this.#matching(this.#take());
  }

  matches(line: string): boolean {
    return this.#filter.pattern?.test(line) !== false;
  }

  #matching(lines: readonly TimedLine[]): readonly TimedLine[] {
    return lines.filter(({ line }) => this.matches(line));
  }

  #drop(): readonly TimedLine[] {
    this.#pending = [];
    return [];
  }

  #take(): readonly TimedLine[] {
    const lines = this.#pending;
    this.#pending = [];
    return lines;
  }
}
