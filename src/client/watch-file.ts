// Tells when a file, or one of its neighbours by name, has changed.

import { watch, type FSWatcher } from 'node:fs';
import { basename, dirname } from 'node:path';
import { systemClock, type Clock } from '../base/clock.js';
import { createDeferred } from '../base/deferred.js';

/** Network file systems report no changes of other machines: then a look from time to time has to do. */
const LOOK_MS = 2000;

export class FileWatch {
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

  /** Resolves when something has changed since the last call, or it is time to look, or it was woken. */
  async changed(): Promise<void> {
    const cancel = this.#clock.after(LOOK_MS, () => this.wake());
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

/** Undefined when the system has no watches left. */
function watchFolder(folder: string, tell: (name: string | null) => void): FSWatcher | undefined {
  try {
    const watcher = watch(folder, (_event, name) => tell(name));
    watcher.on('error', () => watcher.close());
    return watcher;
  } catch {
    return undefined;
  }
}
