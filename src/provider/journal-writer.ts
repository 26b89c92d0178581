// Writes the journal: a line for what has changed, and everything anew when the lines have become many.

import { mkdirSync } from 'node:fs';
import { link, open, rename, rm, type FileHandle } from 'node:fs/promises';
import writeFileAtomic from 'write-file-atomic';
import type { Clock } from '../base/clock.js';
import { createDeferred, type Deferred } from '../base/deferred.js';
import { hasErrnoCode, messageOf } from '../base/errors.js';
import { createUniqueId } from '../base/ids.js';
import {
  JOURNAL_VERSION,
  lastGoodIn,
  newestIn,
  type ChangesHead,
  type JournalChange,
  type JournalContent,
} from './journal.js';
import type { Notice } from './notice.js';

/** The lines may grow to the size of everything, and at least to this. */
const LEAST_BYTES = 256 * 1024;
const MODE = 0o600;

/** After a writing that failed, the next one is tried then. */
const RETRY_MS = 5000;

/** What is to be written. */
export interface JournalSource {
  whole(): JournalContent;
  /** Since the last call of either. */
  changes(): JournalChange;
}

export interface JournalPorts {
  readonly clock: Clock;
  readonly source: JournalSource;
  readonly notice: (notice: Notice) => void;
}

/** What the journal has cost so far; times in milliseconds. */
export interface JournalCost {
  writes: number;
  failures: number;
  totalMs: number;
  lastMs: number;
  maxMs: number;
}

/** A file of changes that is being written. */
interface Lines {
  readonly file: FileHandle;
  readonly mostBytes: number;
  bytes: number;
}

/** Writes one thing at a time; what changes meanwhile is in the next one. */
export class JournalWriter {
  readonly cost: JournalCost = { writes: 0, failures: 0, totalMs: 0, lastMs: 0, maxMs: 0 };
  readonly #folder: string;
  readonly #ports: JournalPorts;
  /** Of the whole journal that we wrote last; empty when that did not succeed. */
  #name = '';
  #lines: Lines | undefined;
  #writing: Promise<void> | undefined;
  #next: Deferred<void> | undefined;
  #isClosed = false;
  #cancelRetry: () => void = () => undefined;

  constructor(folder: string, ports: JournalPorts) {
    this.#folder = folder;
    this.#ports = ports;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }

  /** Resolves when everything up to now is written, or could not be, which is told. */
  flush(): Promise<void> {
    if (this.#writing === undefined) return this.#write();
    this.#next ??= createDeferred<void>();
    return this.#next.promise;
  }

  /** Writes a last time; nothing is written after that. */
  async close(): Promise<void> {
    await this.flush();
    await this.end();
  }

  /** Nothing is written after that, and what is there is left as it is. */
  async end(): Promise<void> {
    this.#isClosed = true;
    this.#cancelRetry();
    await this.#writing;
    await this.#endLines();
  }

  #write(): Promise<void> {
    const writing = this.#writeOnce().finally(() => {
      this.#writing = undefined;
      const next = this.#next;
      this.#next = undefined;
      if (next !== undefined) void this.#write().then(() => next.resolve());
    });
    this.#writing = writing;
    return writing;
  }

  async #writeOnce(): Promise<void> {
    if (this.#isClosed) return;
    this.#cancelRetry();
    const before = performance.now();
    try {
      if (await this.#writeWhatIsNew()) this.#noteCost(performance.now() - before);
    } catch (error) {
      this.#noteFailure(error);
      // A line may be there in part, and what was taken from the source is not where it was to be.
      await this.#endLines();
      this.#name = '';
    }
  }

  /** False if there is nothing. */
  async #writeWhatIsNew(): Promise<boolean> {
    const lines = this.#lines;
    if (lines !== undefined && lines.bytes <= lines.mostBytes)
      return await append(lines, this.#ports.source.changes());
    // What a provider finds may be damaged: from its first writing on there are two that are not.
    if (this.#name === '') await this.#writeWhole();
    await this.#writeWhole();
    return true;
  }

  /** In this order: at whatever moment we are killed, one of the pairs says everything. */
  async #writeWhole(): Promise<void> {
    const [newest, lastGood] = [newestIn(this.#folder), lastGoodIn(this.#folder)];
    const isFirst = this.#name === '';
    await this.#endLines();
    // What is not of our own making does not take the place of what may be the only sound one.
    if (!isFirst) {
      await keep(newest.whole, lastGood.whole);
      await keep(newest.changes, lastGood.changes);
    }
    const { source } = this.#ports;
    const head: ChangesHead = { of: createUniqueId(), after: this.#name };
    // Also as a line, for whoever has to go on from the last good one.
    const changes = source.changes();
    const lines: readonly unknown[] = isFirst || isEmpty(changes) ? [head] : [head, changes];
    const text = JSON.stringify({ version: JOURNAL_VERSION, name: head.of, ...source.whole() });
    await writeFileAtomic(newest.whole, text, { mode: MODE });
    this.#name = head.of;
    const start = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
    await writeFileAtomic(newest.changes, start, { mode: MODE });
    const mostBytes = Math.max(Buffer.byteLength(text), LEAST_BYTES);
    this.#lines = { file: await open(newest.changes, 'a'), mostBytes, bytes: 0 };
  }

  async #endLines(): Promise<void> {
    const lines = this.#lines;
    this.#lines = undefined;
    await lines?.file.close().catch(() => undefined);
  }

  #noteFailure(error: unknown): void {
    this.cost.failures += 1;
    this.#ports.notice({ kind: 'warning', text: `the journal could not be written: ${messageOf(error)}` });
    // Nothing else may change for a long time.
    if (!this.#isClosed) this.#cancelRetry = this.#ports.clock.after(RETRY_MS, () => void this.flush());
  }

  #noteCost(lastMs: number): void {
    this.cost.writes += 1;
    this.cost.lastMs = lastMs;
    this.cost.totalMs += lastMs;
    this.cost.maxMs = Math.max(this.cost.maxMs, lastMs);
  }
}

/**
 * Left to the system to bring to the disk, but for what was defined: that is to be started again also when the
 * machine has died, and all services with it. False if there is nothing.
 */
async function append(lines: Lines, change: JournalChange): Promise<boolean> {
  if (isEmpty(change)) return false;
  const line = Buffer.from(`${JSON.stringify(change)}\n`);
  for (let done = 0; done < line.length;) done += (await lines.file.write(line, done)).bytesWritten;
  lines.bytes += line.length;
  if (change.transactions.some(({ configuration }) => configuration !== undefined))
    await lines.file.datasync();
  return true;
}

function isEmpty(change: JournalChange): boolean {
  return Object.values(change).every((each) => each.length === 0);
}

/** What is at `path` gets a second name, under which it outlives being replaced. */
async function keep(path: string, other: string): Promise<void> {
  const between = `${other}.new`;
  await rm(between, { force: true });
  try {
    await link(path, between);
  } catch (error) {
    if (hasErrnoCode(error, 'ENOENT')) return;
    throw error;
  }
  // At no moment there is none.
  await rename(between, other);
}
