// Writes the journal: appends a line per change, and rewrites everything when the lines have grown large.

import { existsSync } from 'node:fs';
import { makeFolder } from '../base/make-folder.js';
import writeFileAtomic from 'write-file-atomic';
import type { Clock } from '../base/clock.js';
import { createDeferred, type Deferred } from '../base/deferred.js';
import { messageOf } from '../base/errors.js';
import { createUniqueId } from '../base/ids.js';
import { lastGoodFiles, newestFiles } from './journal.js';
import type { ChangesHead, JournalChange, JournalContent } from './journal-format.js';
import { JOURNAL_MODE, ChangesFile, preserveAs } from './changes-file.js';
import { JOURNAL_VERSION } from './journal-versions.js';
import { JournalReserve } from './journal-reserve.js';
import type { Health } from '../base/health.js';
import type { MonitoredFile } from './file-monitor.js';

/** The lines may grow to the size of the full content, and at least to this. */
const LEAST_BYTES = 256 * 1024;

/** The delay before the next attempt after a failed write. */
const RETRY_MS = 5000;

/** Provides the content to write. */
export interface JournalSource {
  fullContent(): JournalContent;
  /** The changes since the last call of either method. */
  changes(): JournalChange;
}

export interface JournalPorts {
  readonly clock: Clock;
  readonly source: JournalSource;
  readonly health: Health;
}

/** Statistics of the writes so far; times in milliseconds. */
export interface JournalCost {
  writes: number;
  failures: number;
  totalMs: number;
  lastMs: number;
  maxMs: number;
}

/** Writes one at a time. Changes during a write are part of the next one. */
export class JournalWriter {
  readonly cost: JournalCost = { writes: 0, failures: 0, totalMs: 0, lastMs: 0, maxMs: 0 };
  readonly #folder: string;
  readonly #ports: JournalPorts;
  /** The name of the last full journal written; empty if that write failed. */
  #name = '';
  #changesFile: ChangesFile | undefined;
  #currentWrite: Promise<void> | undefined;
  #next: Deferred<void> | undefined;
  #isClosed = false;
  /** All files must be rewritten, even without changes. */
  #isRewriteRequested = false;
  #cancelRetry: () => void = () => undefined;
  readonly #reserve: JournalReserve;

  constructor(folder: string, ports: JournalPorts) {
    this.#folder = folder;
    this.#ports = ports;
    this.#reserve = new JournalReserve(folder);
    makeFolder(folder, 0o700);
  }

  /** Resolves when all changes up to now are written, or when writing failed and the fault is in `health`. */
  flush(): Promise<void> {
    if (this.#currentWrite === undefined) return this.#write();
    this.#next ??= createDeferred<void>();
    return this.#next.promise;
  }

  /** Removed files must be recreated: the next provider reads them. */
  get monitoredFile(): MonitoredFile {
    return { name: 'journal files', isInPlace: () => this.#isInPlace(), restore: () => this.#restore() };
  }

  #isInPlace(): boolean {
    if (this.#changesFile === undefined) return true;
    return (
      this.#changesFile.isInPlace() &&
      [newestFiles, lastGoodFiles].every((pairIn) => existsSync(pairIn(this.#folder).full))
    );
  }

  async #restore(): Promise<void> {
    await this.flush();
    this.#isRewriteRequested = true;
    await this.flush();
  }

  /** Writes the last changes and stops. */
  async close(): Promise<void> {
    await this.flush();
    await this.stop();
  }

  /** Stops without writing; the files stay as they are. */
  async stop(): Promise<void> {
    this.#isClosed = true;
    this.#cancelRetry();
    await this.#currentWrite;
    await this.#closeChangesFile();
  }

  #write(): Promise<void> {
    const writing = this.#writeOnce().finally(() => {
      this.#currentWrite = undefined;
      const next = this.#next;
      this.#next = undefined;
      if (next !== undefined) void this.#write().then(() => next.resolve());
    });
    this.#currentWrite = writing;
    return writing;
  }

  async #writeOnce(): Promise<void> {
    if (this.#isClosed) return;
    this.#cancelRetry();
    const startMs = this.#ports.clock.monotonic();
    try {
      if (this.#isRewriteRequested) await this.#resetFiles();
      if (await this.#writeChanges()) this.#addCost(this.#ports.clock.monotonic() - startMs);
    } catch (error) {
      this.cost.failures += 1;
      this.#reportFault('cannot be written', error);
      // The last line may be incomplete, and changes taken from the source are not written: rewrite everything next.
      await this.#closeChangesFile();
      this.#name = '';
      return;
    }
    await this.#allocateReserve();
  }

  /** Returns false if there were no changes. */
  async #writeChanges(): Promise<boolean> {
    const file = this.#changesFile;
    if (file !== undefined && !file.isFull) return await this.#append(file);
    await this.#reserve.run(() => this.#writeEverything());
    return true;
  }

  async #resetFiles(): Promise<void> {
    this.#isRewriteRequested = false;
    this.#name = '';
    this.#reserve.markMissing();
    await this.#closeChangesFile();
  }

  /** The journal found at the start may be damaged: the first write makes two intact ones. */
  async #writeEverything(): Promise<void> {
    try {
      if (this.#name === '') await this.#writeFull();
      await this.#writeFull();
    } catch (error) {
      this.#name = '';
      throw error;
    }
  }

  /** The order matters: if the process is killed at any point, one pair of files is complete. */
  async #writeFull(): Promise<void> {
    const [newest, lastGood] = [newestFiles(this.#folder), lastGoodFiles(this.#folder)];
    const isFirst = this.#name === '';
    await this.#closeChangesFile();
    makeFolder(this.#folder, 0o700);
    // A file that this provider did not write must not replace what may be the only intact one.
    if (!isFirst) {
      await preserveAs(newest.full, lastGood.full);
      await preserveAs(newest.changes, lastGood.changes);
    }
    const { source } = this.#ports;
    const head: ChangesHead = { version: JOURNAL_VERSION, of: createUniqueId(), after: this.#name };
    // Also a line, for a reader that must continue from the last good journal.
    const changes = source.changes();
    const lines: readonly unknown[] = isFirst || isEmpty(changes) ? [head] : [head, changes];
    const text = JSON.stringify({ version: JOURNAL_VERSION, name: head.of, ...source.fullContent() });
    await writeFileAtomic(newest.full, text, { mode: JOURNAL_MODE });
    this.#name = head.of;
    const start = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
    const mostBytes = Math.max(Buffer.byteLength(text), LEAST_BYTES);
    this.#changesFile = await ChangesFile.create(newest.changes, start, mostBytes);
  }

  /**
   * Appends the changes; returns false if there were none. Waits for the disk when a configuration has changed:
   * services must be started again also after a crash of the machine.
   */
  async #append(file: ChangesFile): Promise<boolean> {
    const change = this.#ports.source.changes();
    if (isEmpty(change)) return false;
    const line = Buffer.from(`${JSON.stringify(change)}\n`);
    const hasConfiguration = change.transactions.some(({ configuration }) => configuration !== undefined);
    await this.#reserve.run(() => file.append(line, hasConfiguration));
    return true;
  }

  /** Without a reserve the provider must not begin work that it has to record; see JournalReserve. */
  async #allocateReserve(): Promise<void> {
    try {
      await this.#reserve.allocate();
      this.#ports.health.set('journal', undefined);
    } catch (error) {
      this.#reportFault('has no disk space left', error);
    }
  }

  async #closeChangesFile(): Promise<void> {
    const file = this.#changesFile;
    this.#changesFile = undefined;
    await file?.close();
  }

  #reportFault(what: string, error: unknown): void {
    // Omit the part after the comma: it names a temporary file, which differs each time.
    const [reason] = messageOf(error).split(', ');
    this.#ports.health.set('journal', {
      code: 'CTX_JOURNAL_UNWRITABLE',
      message: `the journal in ${this.#folder} ${what}: ${reason}`,
      hint: 'free disk space or make the folder writable; contextd tries again every 5 s',
    });
    // No other change may follow for a long time.
    if (!this.#isClosed) this.#cancelRetry = this.#ports.clock.after(RETRY_MS, () => void this.flush());
  }

  #addCost(lastMs: number): void {
    this.cost.writes += 1;
    this.cost.lastMs = lastMs;
    this.cost.totalMs += lastMs;
    this.cost.maxMs = Math.max(this.cost.maxMs, lastMs);
  }
}

function isEmpty(change: JournalChange): boolean {
  return Object.values(change).every((each) => each.length === 0);
}
