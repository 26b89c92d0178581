// Writes the journal: a line for what has changed, and everything anew when the lines have become many.

import { mkdirSync } from 'node:fs';
import { link, open, rename, rm, type FileHandle } from 'node:fs/promises';
import writeFileAtomic from 'write-file-atomic';
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

/** The lines may grow to the size of everything, and at least to this. */
const LEAST_BYTES = 256 * 1024;
const MODE = 0o600;

/** What is to be written. */
export interface JournalSource {
  whole(): JournalContent;
  /** Since the last call of either; undefined when lines cannot say it: something is gone. */
  changes(): JournalChange | undefined;
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
  readonly #source: JournalSource;
  readonly #tellFault: (text: string) => void;
  #name = '';
  #lines: Lines | undefined;
  #writing: Promise<void> | undefined;
  #next: Deferred<void> | undefined;
  #isClosed = false;

  constructor(folder: string, source: JournalSource, tellFault: (text: string) => void) {
    this.#folder = folder;
    this.#source = source;
    this.#tellFault = tellFault;
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
    this.#isClosed = true;
    // What somebody else has begun meanwhile.
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
    const before = performance.now();
    try {
      await this.#writeWhatIsNew();
    } catch (error) {
      this.cost.failures += 1;
      this.#tellFault(`the journal could not be written: ${messageOf(error)}`);
      // A line may be there in part: none can follow it.
      await this.#endLines();
    }
    this.#noteCost(performance.now() - before);
  }

  async #writeWhatIsNew(): Promise<void> {
    const lines = this.#lines;
    const changes = lines === undefined || lines.bytes > lines.mostBytes ? undefined : this.#source.changes();
    if (lines !== undefined && changes !== undefined) {
      await append(lines, changes);
      return;
    }
    // What a provider finds may be damaged: from its first writing on there are two that are not.
    if (this.#name === '') await this.#writeWhole();
    await this.#writeWhole();
  }

  /** In this order: at whatever moment we are killed, one of the pairs says everything. */
  async #writeWhole(): Promise<void> {
    const [newest, lastGood] = [newestIn(this.#folder), lastGoodIn(this.#folder)];
    await this.#endLines();
    await keep(newest.whole, lastGood.whole);
    await keep(newest.changes, lastGood.changes);
    const head: ChangesHead = { of: createUniqueId(), after: this.#name };
    const text = JSON.stringify({ version: JOURNAL_VERSION, name: head.of, ...this.#source.whole() });
    await writeFileAtomic(newest.whole, text, { mode: MODE });
    await writeFileAtomic(newest.changes, `${JSON.stringify(head)}\n`, { mode: MODE });
    this.#name = head.of;
    const mostBytes = Math.max(Buffer.byteLength(text), LEAST_BYTES);
    this.#lines = { file: await open(newest.changes, 'a'), mostBytes, bytes: 0 };
  }

  async #endLines(): Promise<void> {
    const lines = this.#lines;
    this.#lines = undefined;
    await lines?.file.close().catch(() => undefined);
  }

  #noteCost(lastMs: number): void {
    this.cost.writes += 1;
    this.cost.lastMs = lastMs;
    this.cost.totalMs += lastMs;
    this.cost.maxMs = Math.max(this.cost.maxMs, lastMs);
  }
}

/**
 * Left to the system to bring to the disk: it outlives us, and whoever outlives the system has no services left
 * that this could be about.
 */
async function append(lines: Lines, change: JournalChange): Promise<void> {
  if (change.transactions.length === 0 && change.answers.length === 0) return;
  const line = Buffer.from(`${JSON.stringify(change)}\n`);
  for (let done = 0; done < line.length;) done += (await lines.file.write(line, done)).bytesWritten;
  lines.bytes += line.length;
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
