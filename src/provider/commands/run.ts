// The commands that make services run: start and restart.

import { startsWithTransaction, type ContextConfiguration } from '../../model/context.js';
import type { ServiceId } from '../../base/ids.js';
import { defineServices, hasProcess, serviceIds, type Transaction } from '../../supervision/transaction.js';
import {
  checkContext,
  createFor,
  findToRestart,
  findToStart,
  isInUse,
  namedService,
  ownConfiguration,
  unknownTransaction,
} from './resolve-target.js';
import { preflightCode } from './preflight.js';
import { persistForLaunch, summarize, type CommandAnswer, type CommandContext } from './command-context.js';

export async function start(call: CommandContext): Promise<CommandAnswer> {
  const known = findToStart(call);
  const configuration = call.configuration ?? known?.configuration ?? ownConfiguration(call);
  const found = known ?? createFor(call, configuration);
  checkContext(found, configuration);
  const isNew = withoutRunning(found, configuration);
  const named = checkNamed(call, isNew, found);
  define(call, isNew, found);
  const entries = configuration.TaskService.filter(startsWithTransaction);
  return await run(call, found, {
    action: 'start',
    services: named === undefined ? serviceIds(entries) : [named],
  });
}

export async function restart(call: CommandContext): Promise<CommandAnswer> {
  const known = findToRestart(call);
  const configuration = call.configuration ?? known?.configuration;
  if (configuration === undefined) throw unknownTransaction(call);
  const found = known ?? createFor(call, configuration);
  checkContext(found, configuration);
  const named = checkNamed(call, configuration, found);
  const meant = configuration.TaskService.filter(({ id }) => named === undefined || id === named);
  const kept = found.configuration.TaskService.filter(({ id }) => id === named);
  const services = meant.length === 0 ? kept : meant;
  return await preflightCode(call, { transaction: found, services }, async () => {
    define(call, configuration, found);
    const inUse = serviceIds(configuration.TaskService).filter((id) => isInUse(found, id));
    return await run(call, found, { action: 'restart', services: named === undefined ? inUse : [named] });
  });
}

/** A running service keeps the definition it was started with: a start that is refused changes nothing. */
function withoutRunning(transaction: Transaction, configuration: ContextConfiguration): ContextConfiguration {
  const TaskService = configuration.TaskService.filter(({ id }) => !hasProcess(transaction, id));
  return { ...configuration, TaskService };
}

/** The one service that is meant, if only one is. Throws what keeps the command from being carried out. */
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
  ports.supervisor.add(transaction);
  defineServices(transaction, configuration, ports.clock.now());
}

async function run(
  call: CommandContext,
  transaction: Transaction,
  wanted: { readonly action: 'start' | 'restart'; readonly services: readonly ServiceId[] },
): Promise<CommandAnswer> {
  const { supervisor, clock } = call.ports;
  persistForLaunch(call.ports, transaction);
  const event = { type: 'run_requested', atMs: clock.now(), cause: call.cause, ...wanted } as const;
  const { refused, settled } = supervisor.request(transaction, event);
  return { status: summarize([...refused, ...(await settled)]), transaction: transaction.id };
}
