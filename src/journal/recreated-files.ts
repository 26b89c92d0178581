// The lock and the registry entry of a running provider, as files that are made again when they are removed.

import { existsSync } from 'node:fs';
import { ContextdError } from '../base/errors.js';
import { registerProvider, type Registration, type RegistryEntry } from '../bus/registry.js';
import { acquireLock, type StateLock } from './lock.js';
import type { Kept } from './file-monitor.js';

export class HeldLock {
  readonly #stateFolder: string;
  readonly #contextId: string;
  #lock: StateLock;

  private constructor(stateFolder: string, contextId: string, lock: StateLock) {
    this.#stateFolder = stateFolder;
    this.#contextId = contextId;
    this.#lock = lock;
  }

  /** Throws CTX_JOURNAL_HELD. */
  static async acquire(stateFolder: string, contextId: string): Promise<HeldLock> {
    return new HeldLock(stateFolder, contextId, await acquireLock(stateFolder, contextId));
  }

  release(): Promise<void> {
    return this.#lock.release();
  }

  /** `lost` is called when another provider has taken the lock while its files were gone. */
  kept(lost: () => void): Kept {
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

export class RegisteredProvider {
  readonly #entry: RegistryEntry;
  readonly #warn: (text: string) => void;
  #registration: Registration | undefined;

  private constructor(entry: RegistryEntry, warn: (text: string) => void) {
    this.#entry = entry;
    this.#warn = warn;
  }

  /** Where it cannot be registered, that is tried again when it is looked after. */
  static async open(entry: RegistryEntry, warn: (text: string) => void): Promise<RegisteredProvider> {
    const registered = new RegisteredProvider(entry, warn);
    await registered.kept.restore().catch(() => undefined);
    return registered;
  }

  get kept(): Kept {
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

/** The socket files of ipc:// binds: a bound socket whose file is gone cannot be reached any more, and only a new bind makes one. */
export function keptSockets(ends: { readonly publish: string; readonly subscribe: string }): readonly Kept[] {
  const paths = [ends.publish, ends.subscribe].filter((each) => each.startsWith(LOCAL));
  return paths.map((endpoint) => {
    const path = endpoint.slice(LOCAL.length);
    return {
      name: `socket ${path}`,
      isInPlace: () => path.startsWith('@') || existsSync(path),
      restore: () => {
        throw new ContextdError('CTX_FILE_GONE', 'who is not connected yet cannot connect', {
          hint: 'end the provider with SIGTERM, or with --detach_on_exit to keep its services, and start it again',
        });
      },
    };
  });
}
