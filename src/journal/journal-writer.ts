// Writes the journal: a line for what has changed, and everything anew when the lines have become many.

import { existsSync } from 'node:fs';
import { makeFolder } from '../base/make-folder.js';
import writeFileAtomic from 'write-file-atomic';
import type { Clock } from '../base/clock.js';
import { createDeferred, type Deferred } from '../base/deferred.js';
import { messageOf } from '../base/errors.js';
import { createUniqueId } from '../base/ids.js';
import {
  JOURNAL_VERSION,
  lastGoodIn,
  newestIn,
  type ChangesHead,
  type JournalChange,
  type JournalContent,
} from './journal.js';
import { JOURNAL_MODE, JournalLines, keepAs } from './journal-lines.js';
import { JournalReserve } from './journal-reserve.js';
import type { Health } from '../base/health.js';
import type { Kept } from './file-monitor.js';

/** The lines may grow to the size of everything, and at least to this. */
const LEAST_BYTES = 256 * 1024;

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
  readonly health: Health;
}

/** What the journal has cost so far; times in milliseconds. */
export interface JournalCost {
  writes: number;
  failures: number;
  totalMs: number;
  lastMs: number;
  maxMs: number;
}

/** Writes one thing at a time; what changes meanwhile is in the next one. */
export class JournalWriter {
  readonly cost: JournalCost = { writes: 0, failures: 0, totalMs: 0, lastMs: 0, maxMs: 0 };
  readonly #folder: string;
  readonly #ports: JournalPorts;
  /** Of the whole journal that we wrote last; empty when that did not succeed. */
  #name = '';
  #lines: JournalLines | undefined;
  #writing: Promise<void> | undefined;
  #next: Deferred<void> | undefined;
  #isClosed = false;
  /** All files are to be written, whatever has changed. */
  #isWanted = false;
  #cancelRetry: () => void = () => undefined;
  readonly #reserve: JournalReserve;

  constructor(folder: string, ports: JournalPorts) {
    this.#folder = folder;
    this.#ports = ports;
    this.#reserve = new JournalReserve(folder);
    makeFolder(folder, 0o700);
  }

  /** Resolves when everything up to now is written, or could not be, which is told. */
  flush(): Promise<void> {
    if (this.#writing === undefined) return this.#write();
    this.#next ??= createDeferred<void>();
    return this.#next.promise;
  }

  /** What is written to files that were removed is not there for the next provider. */
  get kept(): Kept {
    return { name: 'journal files', isInPlace: () => this.#isInPlace(), restore: () => this.#restore() };
  }

  #isInPlace(): boolean {
    if (this.#lines === undefined) return true;
    return (
      this.#lines.isInPlace() &&
      [newestIn, lastGoodIn].every((pairIn) => existsSync(pairIn(this.#folder).whole))
    );
  }

  async #restore(): Promise<void> {
    await this.flush();
    this.#isWanted = true;
    await this.flush();
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
      if (this.#isWanted) await this.#startAgain();
      if (await this.#writeWhatIsNew()) this.#noteCost(performance.now() - before);
    } catch (error) {
      this.cost.failures += 1;
      this.#noteFault('cannot be written', error);
      // A line may be there in part, and what was taken from the source is not where it was to be.
      await this.#endLines();
      this.#name = '';
      return;
    }
    await this.#keepReserve();
  }

  /** False if there is nothing. */
  async #writeWhatIsNew(): Promise<boolean> {
    const lines = this.#lines;
    if (lines !== undefined && !lines.isFull) return await this.#append(lines);
    await this.#reserve.spend(() => this.#writeEverything());
    return true;
  }

  async #startAgain(): Promise<void> {
    this.#isWanted = false;
    this.#name = '';
    this.#reserve.forget();
    await this.#endLines();
  }

  /** What a provider finds may be damaged: from its first writing on there are two that are not. */
  async #writeEverything(): Promise<void> {
    try {
      if (this.#name === '') await this.#writeWhole();
      await this.#writeWhole();
    } catch (error) {
      this.#name = '';
      throw error;
    }
  }

  /** In this order: at whatever moment we are killed, one of the pairs says everything. */
  async #writeWhole(): Promise<void> {
    const [newest, lastGood] = [newestIn(this.#folder), lastGoodIn(this.#folder)];
    const isFirst = this.#name === '';
    await this.#endLines();
    makeFolder(this.#folder, 0o700);
    // What is not of our own making does not take the place of what may be the only sound one.
    if (!isFirst) {
      await keepAs(newest.whole, lastGood.whole);
      await keepAs(newest.changes, lastGood.changes);
    }
    const { source } = this.#ports;
    const head: ChangesHead = { of: createUniqueId(), after: this.#name };
    // Also as a line, for whoever has to go on from the last good one.
    const changes = source.changes();
    const lines: readonly unknown[] = isFirst || isEmpty(changes) ? [head] : [head, changes];
    const text = JSON.stringify({ version: JOURNAL_VERSION, name: head.of, ...source.whole() });
    await writeFileAtomic(newest.whole, text, { mode: JOURNAL_MODE });
    this.#name = head.of;
    const start = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
    const mostBytes = Math.max(Buffer.byteLength(text), LEAST_BYTES);
    this.#lines = await JournalLines.create(newest.changes, start, mostBytes);
  }

  /**
   * What was defined is brought to the disk at once: that is to be started again also when the machine has died, and
   * all services with it. False if there is nothing.
   */
  async #append(lines: JournalLines): Promise<boolean> {
    const change = this.#ports.source.changes();
    if (isEmpty(change)) return false;
    const line = Buffer.from(`${JSON.stringify(change)}\n`);
    const isDefining = change.transactions.some(({ configuration }) => configuration !== undefined);
    await this.#reserve.spend(() => lines.append(line, isDefining));
    return true;
  }

  /** Without it nothing may be begun that would have to be written down: see JournalReserve. */
  async #keepReserve(): Promise<void> {
    try {
      await this.#reserve.keep();
      this.#ports.health.note('journal', undefined);
    } catch (error) {
      this.#noteFault('has no room left', error);
    }
  }

  async #endLines(): Promise<void> {
    const lines = this.#lines;
    this.#lines = undefined;
    await lines?.close();
  }

  #noteFault(what: string, error: unknown): void {
    // What follows the comma differs each time: the name of a file that is replaced.
    const [reason] = messageOf(error).split(', ');
    this.#ports.health.note('journal', {
      code: 'CTX_JOURNAL_UNWRITABLE',
      message: `the journal in ${this.#folder} ${what}: ${reason}`,
      hint: 'make room on that disk, or the folder writable; the journal is tried again every 5 s',
    });
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

function isEmpty(change: JournalChange): boolean {
  return Object.values(change).every((each) => each.length === 0);
}
