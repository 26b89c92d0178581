// The lock, registry entry and sockets of a running provider as monitored files.

import { existsSync } from 'node:fs';
import { ContextdError } from '../base/errors.js';
import { registerProvider, type Registration, type RegistryEntry } from '../bus/registry.js';
import { acquireLock, type StateLock } from './lock.js';
import type { MonitoredFile } from './file-monitor.js';

export class MonitoredLock {
  readonly #stateFolder: string;
  readonly #contextId: string;
  #lock: StateLock;

  private constructor(stateFolder: string, contextId: string, lock: StateLock) {
    this.#stateFolder = stateFolder;
    this.#contextId = contextId;
    this.#lock = lock;
  }

  /** Throws CTX_JOURNAL_HELD when another provider holds the lock. */
  static async acquire(stateFolder: string, contextId: string): Promise<MonitoredLock> {
    return new MonitoredLock(stateFolder, contextId, await acquireLock(stateFolder, contextId));
  }

  release(): Promise<void> {
    return this.#lock.release();
  }

  /** Calls `lost` when another provider has taken the lock while the files were missing. */
  monitoredFile(lost: () => void): MonitoredFile {
    return {
      name: 'lock',
      isInPlace: () => this.#lock.isInPlace(),
      restore: async () => {
        try {
          await this.#lock.release();
          this.#lock = await acquireLock(this.#stateFolder, this.#contextId);
        } catch (error) {
          if (error instanceof ContextdError && error.code === 'CTX_JOURNAL_HELD') lost();
          throw error;
        }
      },
    };
  }
}

export class MonitoredRegistration {
  readonly #entry: RegistryEntry;
  readonly #warn: (text: string) => void;
  #registration: Registration | undefined;

  private constructor(entry: RegistryEntry, warn: (text: string) => void) {
    this.#entry = entry;
    this.#warn = warn;
  }

  /** If the registration fails, the file monitor tries again. */
  static async open(entry: RegistryEntry, warn: (text: string) => void): Promise<MonitoredRegistration> {
    const registered = new MonitoredRegistration(entry, warn);
    await registered.monitoredFile.restore().catch(() => undefined);
    return registered;
  }

  get monitoredFile(): MonitoredFile {
    return {
      name: 'registry entry',
      isInPlace: () => this.#registration?.isInPlace() === true,
      restore: async () => {
        this.#registration = await registerProvider(this.#entry, this.#warn);
      },
    };
  }

  async release(): Promise<void> {
    await this.#registration?.release();
  }
}

const LOCAL = 'ipc://';

/** The socket files of ipc:// endpoints. Without its file a bound socket accepts no new connections; only a new bind creates it. */
export function monitoredSockets(ends: {
  readonly publish: string;
  readonly subscribe: string;
}): readonly MonitoredFile[] {
  const paths = [ends.publish, ends.subscribe].filter((each) => each.startsWith(LOCAL));
  return paths.map((endpoint) => {
    const path = endpoint.slice(LOCAL.length);
    return {
      name: `socket ${path}`,
      isInPlace: () => path.startsWith('@') || existsSync(path),
      restore: () => {
        throw new ContextdError('CTX_FILE_GONE', 'new clients cannot connect', {
          hint: 'restart the provider: end it with SIGTERM, or with --detach_on_exit to keep its services running',
        });
      },
    };
  });
}
