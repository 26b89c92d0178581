// Looks each second whether the files that a provider needs are still there, and makes those again that were removed.

import type { Clock } from '../base/clock.js';
import { reportError } from '../base/errors.js';
import type { Health } from '../base/health.js';

const LOOK_MS = 1000;

/** Something on disk that a cleaner, or `git clean`, may remove under a running provider. */
export interface Kept {
  /** As `the NAME is gone` goes on. */
  readonly name: string;
  isInPlace(): boolean;
  /** Makes it again; rejects when it cannot be made. */
  restore(): Promise<void>;
}

export interface UpkeepPorts {
  readonly clock: Clock;
  readonly health: Health;
}

export class Upkeep {
  readonly #ports: UpkeepPorts;
  readonly #all: readonly Kept[];
  #cancel: () => void = () => undefined;
  #looking = Promise.resolve();
  #isClosed = false;

  /** `all` are looked after in this order. */
  constructor(ports: UpkeepPorts, all: readonly Kept[]) {
    this.#ports = ports;
    this.#all = all;
  }

  /** Looks now, and then each second. */
  async look(): Promise<void> {
    this.#looking = this.#lookAfterAll();
    await this.#looking;
    if (!this.#isClosed) this.#cancel = this.#ports.clock.after(LOOK_MS, () => void this.look());
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancel();
    await this.#looking;
  }

  async #lookAfterAll(): Promise<void> {
    for (const each of this.#all) if (!this.#isClosed) await this.#lookAfter(each);
  }

  async #lookAfter(kept: Kept): Promise<void> {
    const { health } = this.#ports;
    try {
      if (!kept.isInPlace()) {
        if (health.of(kept.name) === undefined) health.note(kept.name, gone(kept.name));
        await kept.restore();
      }
      health.note(kept.name, undefined);
    } catch (error) {
      const { code, message, hint } = reportError(error, 'CTX_FILE_GONE');
      health.note(kept.name, {
        code,
        message: `the ${kept.name} is gone, and not made again: ${message}`,
        hint,
      });
    }
  }
}

function gone(name: string) {
  return { code: 'CTX_FILE_GONE', message: `the ${name} is gone, and is made again` };
}
