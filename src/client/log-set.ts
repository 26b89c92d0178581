// The logs of several services: their last lines merged by time, then the lines that are appended to any of them.

import { basename, dirname } from 'node:path';
import { FolderWatcher } from './folder-watcher.js';
import { LogSelector, type LineFilter, type TimedLine } from './log-filter.js';
import { LogTail } from './log-tail.js';

/** The least time between two reads: with many busy logs each one costs reads of all of them. */
const PACE_MS = 250;

export interface LogSetOptions extends LineFilter {
  /** How many of the last selected lines to return, of all logs together. */
  readonly lines: number;
  /** Called when lines of a service may be missing because rotation deleted a file before it was read. */
  readonly onGap?: (service: string) => void;
}

export interface ServiceLine {
  readonly service: string;
  readonly line: string;
}

interface OpenLog {
  readonly service: string;
  readonly tail: LogTail;
  readonly selector: LogSelector;
}

export class LogSet {
  readonly #options: LogSetOptions;
  readonly #logs = new Map<string, OpenLog>();
  #isFollowing = false;

  constructor(options: LogSetOptions) {
    this.#options = options;
  }

  has(service: string): boolean {
    return this.#logs.has(service);
  }

  /** A log that was opened while others are followed is new: all its lines count. Throws SVC_LOG_UNREADABLE. */
  async open(service: string, path: string): Promise<void> {
    const { lines, onGap, sinceMs, pattern } = this.#options;
    const readsAll = this.#isFollowing || sinceMs !== undefined || pattern !== undefined;
    const tail = await LogTail.open(path, readsAll ? Infinity : lines, () => onGap?.(service));
    this.#logs.set(service, { service, tail, selector: new LogSelector(this.#options) });
  }

  /** The last selected lines up to now, in the order of their times. An unfinished last line is left to `follow`, if that follows. */
  async readLast(isFollowed: boolean): Promise<readonly ServiceLine[]> {
    const { lines } = this.#options;
    const last = await Promise.all([...this.#logs.values()].map((log) => readLast(log, lines, isFollowed)));
    const sorted = last.flat().sort((one, other) => one.atMs - other.atMs);
    return sorted.slice(Math.max(0, sorted.length - lines));
  }

  /**
   * Yields appended lines until `signal` is aborted. `discover` is called when a file has changed that belongs to no open
   * log: it may open more.
   */
  async *follow(signal: AbortSignal, discover: () => Promise<void>): AsyncGenerator<ServiceLine, void> {
    const [first] = this.#logs.values();
    if (first === undefined) return;
    this.#isFollowing = true;
    const watcher = new FolderWatcher(dirname(first.tail.path), { paceMs: PACE_MS });
    const wake = () => watcher.wake();
    signal.addEventListener('abort', wake, { once: true });
    try {
      while (!signal.aborted) {
        const names = await watcher.waitForChange();
        const changed = names === undefined ? undefined : new Set([...names].map(withoutNumber));
        if (changed !== undefined && this.#hasUnknown(changed)) await discover();
        for (const log of [...this.#logs.values()]) {
          if (changed?.has(basename(log.tail.path)) !== false) yield* this.#readNew(log);
        }
      }
    } finally {
      signal.removeEventListener('abort', wake);
      watcher.close();
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#logs.values()].map(({ tail }) => tail.close()));
  }

  #hasUnknown(names: ReadonlySet<string>): boolean {
    const known = new Set([...this.#logs.values()].map(({ tail }) => basename(tail.path)));
    return [...names].some((name) => name.endsWith('.log') && !known.has(name));
  }

  async *#readNew({ service, tail, selector }: OpenLog): AsyncGenerator<ServiceLine, void> {
    for await (const found of tail.readToEnd()) {
      for (const line of found) if (selector.matches(line)) yield { service, line };
    }
  }
}

/** `a.log.2` is an older part of `a.log`. */
function withoutNumber(name: string): string {
  return name.replace(/\.\d+$/, '');
}

async function readLast(
  { service, tail, selector }: OpenLog,
  most: number,
  isFollowed: boolean,
): Promise<readonly (ServiceLine & { readonly atMs: number })[]> {
  let last: TimedLine[] = [];
  const keep = (lines: readonly TimedLine[]) => {
    for (const each of lines) last.push(each);
    // Not at each line: cutting takes as long as the list.
    if (last.length > 2 * most) last = last.slice(last.length - most);
  };
  for await (const found of tail.readToEnd()) for (const line of found) keep(selector.push(line));
  const lastWriteMs = await tail.lastWriteMs();
  for (const line of isFollowed ? [] : tail.rest()) keep(selector.push(line));
  keep(selector.end(lastWriteMs));
  // Lines before the first one with a time are not later than that.
  const firstMs = last.find(({ atMs }) => atMs !== undefined)?.atMs ?? lastWriteMs;
  return last
    .slice(Math.max(0, last.length - most))
    .map(({ line, atMs }) => ({ service, line, atMs: atMs ?? firstMs }));
}
