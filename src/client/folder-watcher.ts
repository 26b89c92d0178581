// Waits until files of a folder change.

import { watch, type FSWatcher } from 'node:fs';
import { systemClock, type Clock } from '../base/clock.js';
import { createDeferred } from '../base/deferred.js';

/** Network file systems do not report changes made by other machines, so the files are also polled. */
const POLL_MS = 2000;

export interface FolderWatcherOptions {
  /** Whether a file counts; all do by default. */
  readonly counts?: (name: string) => boolean;
  /** The least time from one report to the next, in milliseconds. */
  readonly paceMs?: number;
  readonly clock?: Clock;
}

export class FolderWatcher {
  readonly #watcher: FSWatcher | undefined;
  readonly #clock: Clock;
  readonly #paceMs: number;
  #changed = new Set<string>();
  #change = createDeferred<void>();
  #reportedMs = -Infinity;

  constructor(folder: string, options: FolderWatcherOptions = {}) {
    const { counts = () => true, paceMs = 0, clock = systemClock } = options;
    this.#clock = clock;
    this.#paceMs = paceMs;
    this.#watcher = watchFolder(folder, (name) => {
      if (name !== null && !counts(name)) return;
      if (name !== null) this.#changed.add(name);
      this.wake();
    });
  }

  /** Resolves with the names of the files that have changed since the last call; undefined for an unknown number of them. */
  async waitForChange(): Promise<ReadonlySet<string> | undefined> {
    const cancel = this.#clock.after(POLL_MS, () => this.wake());
    await this.#change.promise;
    cancel();
    const leftMs = this.#reportedMs + this.#paceMs - this.#clock.monotonic();
    if (leftMs > 0) {
      const over = createDeferred<void>();
      this.#clock.after(leftMs, () => over.resolve());
      await over.promise;
    }
    this.#reportedMs = this.#clock.monotonic();
    const changed = this.#changed;
    this.#changed = new Set();
    this.#change = createDeferred<void>();
    return changed.size === 0 ? undefined : changed;
  }

  wake(): void {
    this.#change.resolve();
  }

  close(): void {
    this.#watcher?.close();
  }
}

/** Undefined when the folder does not exist, or the system cannot watch any more files. */
function watchFolder(folder: string, onChange: (name: string | null) => void): FSWatcher | undefined {
  try {
    const watcher = watch(folder, (_event, name) => onChange(name));
    watcher.on('error', () => watcher.close());
    return watcher;
  } catch {
    return undefined;
  }
}
