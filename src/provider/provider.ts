// The provider as a program embeds it: open, execute, close.

import { Closers } from '../base/closers.js';
import { createDeferred } from '../base/deferred.js';
import { ignoreFileSizeSignal } from '../base/fatal.js';
import { createUniqueId } from '../base/ids.js';
import type { BusEndpoints } from '../bus/connection.js';
import { assemble, type ProviderParts } from './assemble.js';
import type { CommandAnswer } from './commands/command-context.js';
import { stopEverything } from './commands/stop.js';
import type { Notice } from '../messages/notice.js';
import { createSetup, type ProviderOptions } from './provider-setup.js';
import type { TakenOver } from './take-over.js';

/** How long the last messages may take to pass the forwarder, which may have ended or be busy; in milliseconds. */
const LEAVE_MS = 2000;

/**
 * Runs contexts until `close` is called or a client sends `exit`. Takes over the services of an earlier provider of the
 * same context that was killed or detached.
 *
 * @example
 * const provider = await Provider.open({ file: await readContextFile('conf/Context-EchoAction.xml') });
 * await provider.execute('start');
 * await provider.close();
 */
export class Provider {
  readonly endpoints: BusEndpoints;
  /** The transactions of an earlier provider of this context, with the number of services that were alive. */
  readonly taken: readonly TakenOver[];
  /** Resolves when the provider has ended. */
  readonly closed: Promise<void>;
  readonly #parts: ProviderParts;
  readonly #closers: Closers;
  readonly #notice: (notice: Notice) => void;
  readonly #ended = createDeferred<void>();
  #closing: Promise<void> | undefined;

  private constructor(parts: ProviderParts, closers: Closers, notice: (notice: Notice) => void) {
    this.endpoints = parts.endpoints;
    this.taken = parts.taken;
    this.closed = this.#ended.promise;
    this.#parts = parts;
    this.#closers = closers;
    this.#notice = notice;
  }

  /**
   * Opens the bus and takes over from an earlier provider. Throws BUS_ADDRESS_IN_USE, BUS_BIND_REFUSED, CTX_JOURNAL_HELD,
   * CTX_JOURNAL_FOREIGN or SEC_KEY_FILE.
   */
  static async open(options: ProviderOptions): Promise<Provider> {
    ignoreFileSizeSignal();
    const closers = new Closers();
    const exiting = createDeferred<void>();
    const setup = createSetup(options, () => exiting.resolve());
    try {
      const provider = new Provider(await assemble(setup, closers), closers, setup.notice);
      void exiting.promise.then(() => provider.close());
      return provider;
    } catch (error) {
      await closers.close();
      throw error;
    }
  }

  /**
   * Executes an action for the provider's own context, as the command of a client does. Without a transaction it uses the
   * only running one, or the only one; with a blank one `start` makes a new one. A failure is in the status of the answer.
   */
  execute(action: 'start' | 'stop' | 'restart', transaction?: string): Promise<CommandAnswer> {
    return this.#parts.commands.execute({
      header: {
        action,
        service_id: '',
        service_name: 'context',
        service_transaction: transaction,
        message_id: createUniqueId(),
      },
      content: { configuration: undefined },
    });
  }

  /** Stops all services and closes the provider. Further calls return the same promise. */
  close(): Promise<void> {
    this.#closing ??= this.#close(true);
    return this.#closing;
  }

  /** Closes the provider without stopping services. They end themselves unless another provider takes over. */
  detach(): Promise<void> {
    this.#closing ??= this.#close(false);
    return this.#closing;
  }

  /** Kills all services at once, for a close() that takes too long. */
  kill(): void {
    this.#parts.supervisor.killAll();
  }

  async #close(isStopping: boolean): Promise<void> {
    const { shutdown, commandPorts, transactions, queries, outbox, journal, connection } = this.#parts;
    shutdown.begin();
    if (isStopping) {
      await stopEverything(commandPorts, 'the provider ends');
      // The final states must be published before they are forgotten.
      outbox.flush();
      transactions.clear();
    }
    // A client that waits gets its answer before the connection is drained.
    await queries.close();
    outbox.flush();
    outbox.close();
    await connection.drain(LEAVE_MS);
    await journal.close();
    await this.#closers.close();
    this.#notice({ kind: 'closed', isDetached: !isStopping });
    this.#ended.resolve();
  }
}
