// Waits until files of a folder change, at most a few times a second.

import { watch, type FSWatcher } from 'node:fs';
import { systemClock, type Clock } from '../base/clock.js';
import { createDeferred } from '../base/deferred.js';

/** Network file systems do not report changes made by other machines, so the files are also polled. */
const POLL_MS = 2000;
/** The least time from one report to the next: with many busy files each report costs reads of all of them. */
const PACE_MS = 250;

export class FolderWatcher {
  readonly #watcher: FSWatcher | undefined;
  readonly #clock: Clock;
  #changed = new Set<string>();
  #change = createDeferred<void>();
  #reportedMs = -Infinity;

  constructor(folder: string, clock: Clock = systemClock) {
    this.#clock = clock;
    this.#watcher = watchFolder(folder, (name) => {
      if (name !== null) this.#changed.add(name);
      this.wake();
    });
  }

  /** Resolves with the names of the files that have changed since the last call; undefined for an unknown number of them. */
  async waitForChange(): Promise<ReadonlySet<string> | undefined> {
    const cancel = this.#clock.after(POLL_MS, () => this.wake());
    await this.#change.promise;
    cancel();
    const leftMs = this.#reportedMs + PACE_MS - this.#clock.monotonic();
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
