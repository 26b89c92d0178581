// The commands that start services: start and restart.

import { startsWithTransaction, type ContextConfiguration } from '../../model/context.js';
import type { ServiceId } from '../../base/ids.js';
import { defineServices, hasProcess, serviceIds, type Transaction } from '../../supervision/transaction.js';
import {
  checkContext,
  createRequestedTransaction,
  findToRestart,
  findToStart,
  isInUse,
  namedService,
  ownConfiguration,
  unknownTransaction,
} from './resolve-target.js';
import { preflightCode } from './preflight.js';
import { persistForLaunch, summarize, type CommandAnswer, type CommandContext } from './command-context.js';

export async function start(context: CommandContext): Promise<CommandAnswer> {
  const known = findToStart(context);
  const configuration = context.configuration ?? known?.configuration ?? ownConfiguration(context);
  const found = known ?? createRequestedTransaction(context, configuration);
  checkContext(found, configuration);
  const isNew = withoutRunning(found, configuration);
  const named = checkNamed(context, isNew, found);
  define(context, isNew, found);
  const entries = configuration.TaskService.filter(startsWithTransaction);
  return await run(context, found, {
    action: 'start',
    services: named === undefined ? serviceIds(entries) : [named],
  });
}

export async function restart(context: CommandContext): Promise<CommandAnswer> {
  const known = findToRestart(context);
  const configuration = context.configuration ?? known?.configuration;
  if (configuration === undefined) throw unknownTransaction(context);
  const found = known ?? createRequestedTransaction(context, configuration);
  checkContext(found, configuration);
  const named = checkNamed(context, configuration, found);
  const selected = configuration.TaskService.filter(({ id }) => named === undefined || id === named);
  const kept = found.configuration.TaskService.filter(({ id }) => id === named);
  const services = selected.length === 0 ? kept : selected;
  return await preflightCode(context, { transaction: found, services }, async () => {
    define(context, configuration, found);
    const inUse = serviceIds(configuration.TaskService).filter((id) => isInUse(found, id));
    return await run(context, found, { action: 'restart', services: named === undefined ? inUse : [named] });
  });
}

/** A running service keeps its definition: a start that is refused for it changes nothing. */
function withoutRunning(transaction: Transaction, configuration: ContextConfiguration): ContextConfiguration {
  const TaskService = configuration.TaskService.filter(({ id }) => !hasProcess(transaction, id));
  return { ...configuration, TaskService };
}

/** Returns the one service that the command names, if it does. Throws SVC_UNKNOWN and the errors of `checkCode`. */
function checkNamed(
  { ports, command }: CommandContext,
  configuration: ContextConfiguration,
  transaction: Transaction,
): ServiceId | undefined {
  ports.checkCode(configuration.TaskService);
  const known = [...transaction.configuration.TaskService, ...configuration.TaskService];
  return namedService(command, { ...configuration, TaskService: known });
}

function define(
  { ports }: CommandContext,
  configuration: ContextConfiguration,
  transaction: Transaction,
): void {
  ports.transactions.add(transaction);
  defineServices(transaction, configuration, ports.clock.now());
}

async function run(
  context: CommandContext,
  transaction: Transaction,
  wanted: { readonly action: 'start' | 'restart'; readonly services: readonly ServiceId[] },
): Promise<CommandAnswer> {
  persistForLaunch(context.ports, transaction);
  const event = { type: 'run_requested', cause: context.cause, ...wanted } as const;
  const results = await context.ports.supervisor.request(transaction, event);
  return { status: summarize(results), transaction: transaction.id };
}
