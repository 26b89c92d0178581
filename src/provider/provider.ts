// The running manager, as an embedding program sees it: open, execute, close.

import { Closers } from '../base/closers.js';
import { createDeferred } from '../base/deferred.js';
import { reportFileSizeAsError } from '../base/fatal.js';
import { createUniqueId } from '../base/ids.js';
import type { BusEndpoints } from '../bus/connection.js';
import { assemble, type ProviderParts } from './assemble.js';
import type { CommandAnswer } from './commands/command-context.js';
import { stopEverything } from './commands/stop.js';
import type { Notice } from '../messages/notice.js';
import { createSetup, type ProviderOptions } from './provider-setup.js';
import type { TakenOver } from './take-over.js';

/** How long the last messages may take to pass the forwarder: it may be gone, or very busy. */
const LEAVE_MS = 2000;

/**
 * Runs contexts until `close` is called or a client sends `exit`. What an earlier provider of the same
 * context has left running, because it was killed, is taken over.
 *
 * @example
 * const provider = await Provider.open({ file: await readContextFile('conf/Context-EchoAction.xml') });
 * await provider.execute('start');
 * await provider.close();
 */
export class Provider {
  readonly endpoints: BusEndpoints;
  /** The transactions that an earlier provider of this context had, and their services found alive. */
  readonly taken: readonly TakenOver[];
  /** Resolves when the provider has ended, for whatever reason. */
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

  /** Throws BUS_ADDRESS_IN_USE, BUS_BIND_REFUSED or CTX_JOURNAL_HELD. */
  static async open(options: ProviderOptions): Promise<Provider> {
    reportFileSizeAsError();
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
   * Executes an action of the provider's own context, as a client's command would. Without a transaction the one that can be
   * meant; with a blank one `start` makes a new one.
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

  /** Stops all services, then everything else; idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#close(true);
    return this.#closing;
  }

  /** Ends, and leaves the services to the next provider; they end by themselves if none comes. */
  detach(): Promise<void> {
    this.#closing ??= this.#close(false);
    return this.#closing;
  }

  /** Kills all services at once; to be used when close() takes too long for somebody. */
  kill(): void {
    this.#parts.supervisor.killAll();
  }

  async #close(isStopping: boolean): Promise<void> {
    const { shutdown, commandPorts, supervisor, outbox, journal, connection } = this.#parts;
    shutdown.begin();
    if (isStopping) {
      await stopEverything(commandPorts, 'the provider ends');
      // The last states are told before they are forgotten.
      outbox.flush();
      supervisor.removeAll();
    }
    outbox.flush();
    outbox.close();
    await connection.leave(LEAVE_MS);
    await journal.close();
    await this.#closers.close();
    this.#notice({ kind: 'closed', isDetached: !isStopping });
    this.#ended.resolve();
  }
}
