// Waits until a file changes, or another file whose name begins with its name (a rotated log).

import { watch, type FSWatcher } from 'node:fs';
import { basename, dirname } from 'node:path';
import { systemClock, type Clock } from '../base/clock.js';
import { createDeferred } from '../base/deferred.js';

/** Network file systems do not report changes made by other machines, so the file is also polled. */
const POLL_MS = 2000;

export class FileWatcher {
  readonly #watcher: FSWatcher | undefined;
  readonly #clock: Clock;
  #change = createDeferred<void>();

  constructor(path: string, clock: Clock = systemClock) {
    this.#clock = clock;
    const name = basename(path);
    this.#watcher = watchFolder(dirname(path), (changed) => {
      if (changed?.startsWith(name) !== false) this.wake();
    });
  }

  /** Resolves after a change since the last call, after `POLL_MS`, or after `wake`. */
  async waitForChange(): Promise<void> {
    const cancel = this.#clock.after(POLL_MS, () => this.wake());
    await this.#change.promise;
    cancel();
    this.#change = createDeferred<void>();
  }

  wake(): void {
    this.#change.resolve();
  }

  close(): void {
    this.#watcher?.close();
  }
}

/** Undefined when the system cannot watch any more files. */
function watchFolder(folder: string, onChange: (name: string | null) => void): FSWatcher | undefined {
  try {
    const watcher = watch(folder, (_event, name) => onChange(name));
    watcher.on('error', () => watcher.close());
    return watcher;
  } catch {
    return undefined;
  }
}
