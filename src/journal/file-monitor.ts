// Checks every second that the files of a running provider exist, and recreates removed ones.

import type { Clock } from '../base/clock.js';
import { reportError } from '../base/errors.js';
import type { Health } from '../base/health.js';

const CHECK_INTERVAL_MS = 1000;

/** A file that a cleaner, or `git clean`, may remove under a running provider. */
export interface MonitoredFile {
  /** For messages such as `the NAME is gone`. */
  readonly name: string;
  isInPlace(): boolean;
  /** Recreates the file; rejects when that fails. */
  restore(): Promise<void>;
}

export interface FileMonitorPorts {
  readonly clock: Clock;
  readonly health: Health;
}

export class FileMonitor {
  readonly #ports: FileMonitorPorts;
  readonly #files: readonly MonitoredFile[];
  #cancel: () => void = () => undefined;
  #checking = Promise.resolve();
  #isClosed = false;

  /** Checks `files` in this order. */
  constructor(ports: FileMonitorPorts, files: readonly MonitoredFile[]) {
    this.#ports = ports;
    this.#files = files;
  }

  /** Checks now, and then every second. */
  async check(): Promise<void> {
    this.#checking = this.#checkAll();
    await this.#checking;
    if (!this.#isClosed) this.#cancel = this.#ports.clock.after(CHECK_INTERVAL_MS, () => void this.check());
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancel();
    await this.#checking;
  }

  async #checkAll(): Promise<void> {
    for (const each of this.#files) if (!this.#isClosed) await this.#checkFile(each);
  }

  async #checkFile(file: MonitoredFile): Promise<void> {
    const { health } = this.#ports;
    try {
      if (!file.isInPlace()) {
        if (health.get(file.name) === undefined) health.set(file.name, gone(file.name));
        await file.restore();
      }
      health.set(file.name, undefined);
    } catch (error) {
      const { code, message, hint } = reportError(error, 'CTX_FILE_GONE');
      health.set(file.name, {
        code,
        message: `the ${file.name} is gone and cannot be recreated: ${message}`,
        hint,
      });
    }
  }
}

function gone(name: string) {
  return { code: 'CTX_FILE_GONE', message: `the ${name} is gone; recreating it` };
}
