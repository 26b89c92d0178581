// Handles queries of clients on topic `state`, and replies when each has its result.

import type { Closers } from '../base/closers.js';
import type { Connection } from '../bus/connection.js';
import type { ForwarderProcess } from '../bus/forwarder-process.js';
import type { JournalWriter } from '../journal/journal-writer.js';
import type { StateRequestBody } from '../messages/state.js';
import { createSampler } from '../sampler/sampler.js';
import { UsageProbe } from '../sampler/usage-probe.js';
import type { Authorizer } from '../security/authorizer.js';
import type { CommandPorts } from './commands/command-context.js';
import { createEnsureMonitor } from './commands/ensure-monitor.js';
import type { Outbox } from './outbox.js';
import { answerQuery, type QueryAnswer, type QueryPorts } from './queries.js';
import { ProviderStats } from './stats.js';
import { shutdownError } from './commands/shutdown.js';

export class QueryHandler {
  readonly #answer: (request: StateRequestBody) => Promise<QueryAnswer>;
  readonly #outbox: Pick<Outbox, 'reply' | 'replyFailure'>;
  readonly #stopMeasuring: () => void;
  readonly #pending = new Set<Promise<void>>();

  constructor(
    answer: (request: StateRequestBody) => Promise<QueryAnswer>,
    outbox: Pick<Outbox, 'reply' | 'replyFailure'>,
    stopMeasuring: () => void,
  ) {
    this.#answer = answer;
    this.#outbox = outbox;
    this.#stopMeasuring = stopMeasuring;
  }

  /** Some answers take time; other messages do not wait for them. `clientKey` as in CommandHandler. */
  handle(request: StateRequestBody, clientKey: string | undefined): void {
    const pending = this.#reply(request, clientKey).finally(() => this.#pending.delete(pending));
    this.#pending.add(pending);
  }

  /** Ends measurements that are running, and resolves when all queries so far are answered. */
  async close(): Promise<void> {
    this.#stopMeasuring();
    await Promise.all(this.#pending);
  }

  async #reply(request: StateRequestBody, reader: string | undefined): Promise<void> {
    try {
      const { action, content } = await this.#answer(request);
      this.#outbox.reply({ asked: request.header, reader }, action, content);
    } catch (error) {
      this.#outbox.replyFailure(request.header, reader, error);
    }
  }
}

export interface QueryHandlerOptions {
  readonly commandPorts: CommandPorts;
  readonly stateFolder: string;
  readonly outbox: Pick<Outbox, 'reply' | 'replyFailure'>;
  readonly authorizer: Authorizer | undefined;
  readonly connection: Pick<Connection, 'traffic'>;
  readonly journal: Pick<JournalWriter, 'cost'>;
  readonly forwarder: Pick<ForwarderProcess, 'stats'>;
  /** The number of frames that were dropped. */
  readonly dropped: () => number;
}

/** Opens the query handler with what it measures. */
export function openQueries(options: QueryHandlerOptions, closers: Closers): QueryHandler {
  const { commandPorts, stateFolder, outbox, authorizer, connection, journal, forwarder, dropped } = options;
  const { transactions, clock, health } = commandPorts;
  const usage = new UsageProbe<string>({ clock, createSampler });
  const stats = new ProviderStats({
    ...{ clock, transactions, health, dropped },
    traffic: connection.traffic,
    journal: journal.cost,
    forwarder: () => forwarder.stats,
  });
  const ports: QueryPorts = {
    ...{ transactions, stateFolder, usage, clock, stats, authorizer },
    ensureMonitor: createEnsureMonitor(commandPorts),
  };
  const queries = new QueryHandler(
    (request) => answerQuery(ports, request),
    outbox,
    () => {
      usage.close(shutdownError());
      stats.close();
    },
  );
  closers.add(() => queries.close());
  return queries;
}
