// Connects the parts of a provider that handle messages. Opens no sockets and starts no processes.

import type { Closers } from '../base/closers.js';
import type { BusEndpoints, Connection } from '../bus/connection.js';
import { openJournal } from '../journal/open-journal.js';
import type { Launchers } from '../launcher/open-launchers.js';
import type { ProviderSecurity } from '../security/open-security.js';
import { openSupervisor } from '../supervision/open-supervisor.js';
import { TransactionStore } from '../supervision/transaction-store.js';
import { AdaptiveThrottle } from './adaptive-throttle.js';
import { CommandHandler } from './command-handler.js';
import { createCommandPorts } from './commands/create-command-ports.js';
import { Dispatcher } from './dispatcher.js';
import { Outbox, type OutboxConnection } from './outbox.js';
import type { ProviderSetup } from './provider-setup.js';
import { openQueries, type QueryHandlerOptions } from './query-handler.js';
import { Shutdown } from './commands/shutdown.js';

/** The journal may be this much behind. It is complete before a command is answered or an event acknowledged. */
const JOURNAL_PACE = { share: 0.1, maxPauseMs: 100 };

export interface WiringParts {
  readonly connection: OutboxConnection & Pick<Connection, 'traffic'>;
  /** Where services connect. */
  readonly endpoints: BusEndpoints;
  readonly launchers: Launchers;
  readonly forwarder: QueryHandlerOptions['forwarder'];
  readonly security: ProviderSecurity | undefined;
}

export type WiredProvider = ReturnType<typeof wireProvider>;

/** The dispatcher holds all messages until its `open` is called. */
export function wireProvider(setup: ProviderSetup, parts: WiringParts, closers: Closers) {
  const core = openCore(setup, parts, closers);
  const { transactions, supervisor, outbox, journal, cache } = core;
  const { clock, notice, health, exit, file } = setup;
  const { launchers, connection, security } = parts;
  const authorizer = security?.authorizer;
  const shutdown = new Shutdown();
  const checkOpen = () => shutdown.check();
  const persist = () => journal.flush();
  const { prepare, checkCode, launcher } = launchers;
  const given = { clock, transactions, supervisor, persist, prepare, checkCode, checkOpen, health };
  const commandPorts = createCommandPorts(given, file, authorizer);
  const dropped = () => dispatcher.rejected;
  const queries = openQueries({ ...setup, ...parts, ...core, commandPorts, authorizer, dropped }, closers);
  const commands = new CommandHandler({ commandPorts, cache, outbox, notice, exit });
  const configurations = () => [
    commandPorts.ownConfiguration,
    ...transactions.all.map(({ configuration }) => configuration),
  ];
  const dispatcher: Dispatcher = new Dispatcher({
    ...{ clock, transactions, supervisor, hosts: launcher, commands, queries, outbox, persist, notice },
    ...{ self: connection.id, authorizer, configurations },
  });
  return { ...core, dispatcher, commands, queries, commandPorts, shutdown };
}

/** The transactions, the supervisor that changes them, and what it reports to: outbox and journal, which read them. */
function openCore(setup: ProviderSetup, { connection, launchers, security }: WiringParts, closers: Closers) {
  const { clock, notice } = setup;
  const services = security?.authorizer.services;
  const transactions = new TransactionStore();
  const outbox = new Outbox({
    ...{ connection, clock, notice, transactions },
    readerOf: services && ((transaction, service) => services.publicKeyOf(transaction, service)),
  });
  const cache = CommandHandler.createCache(clock);
  const journal = openJournal({ ...setup, transactions, answers: cache }, closers);
  const throttle = new AdaptiveThrottle(clock, () => journal.flush(), JOURNAL_PACE);
  const saveLater = () => throttle.changed();
  const supervisor = openSupervisor({ ...setup, transactions, launchers, outbox, saveLater }, closers);
  return { transactions, supervisor, outbox, journal, cache };
}
