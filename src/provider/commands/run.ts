// The commands that make services run: start and restart.

import { startsWithTransaction, type ContextConfiguration } from '../../model/context.js';
import type { ServiceId } from '../../base/ids.js';
import { defineServices, serviceIds, type Transaction } from '../transaction.js';
import {
  findOrCreate,
  findTransaction,
  hasProcess,
  isInUse,
  namedService,
  ownConfiguration,
  unknownTransaction,
} from './find.js';
import { persistForLaunch, summarize, type CommandAnswer, type CommandCall } from './call.js';

export async function start(call: CommandCall): Promise<CommandAnswer> {
  const configuration = call.configuration ?? ownConfiguration(call);
  const found = findOrCreate(call, configuration);
  const { transaction, named } = define(call, withoutRunning(found, configuration), found);
  const entries = configuration.TaskService.filter(startsWithTransaction);
  return await run(call, transaction, {
    action: 'start',
    services: named === undefined ? serviceIds(entries) : [named],
  });
}

export async function restart(call: CommandCall): Promise<CommandAnswer> {
  const known = findTransaction(call);
  const configuration = call.configuration ?? known?.configuration;
  if (configuration === undefined) throw unknownTransaction(call);
  const isUnnamed = call.command.header.service_transaction === '';
  const found = isUnnamed && known !== undefined ? known : findOrCreate(call, configuration);
  const { transaction, named } = define(call, configuration, found);
  const inUse = serviceIds(configuration.TaskService).filter((id) => isInUse(transaction, id));
  return await run(call, transaction, { action: 'restart', services: named === undefined ? inUse : [named] });
}

/** A running service keeps the definition it was started with: a start that is refused changes nothing. */
function withoutRunning(transaction: Transaction, configuration: ContextConfiguration): ContextConfiguration {
  const TaskService = configuration.TaskService.filter(({ id }) => !hasProcess(transaction, id));
  return { ...configuration, TaskService };
}

/** The transaction with the services of `configuration` in it, once all is found to be in order. */
function define(
  call: CommandCall,
  configuration: ContextConfiguration,
  transaction: Transaction,
): { readonly transaction: Transaction; readonly named: ServiceId | undefined } {
  const { ports, command } = call;
  ports.checkCode(configuration.TaskService);
  const known = [...transaction.configuration.TaskService, ...configuration.TaskService];
  const named = namedService(command, { ...configuration, TaskService: known });
  ports.supervisor.add(transaction);
  defineServices(transaction, configuration, ports.clock.now());
  return { transaction, named };
}

async function run(
  call: CommandCall,
  transaction: Transaction,
  wanted: { readonly action: 'start' | 'restart'; readonly services: readonly ServiceId[] },
): Promise<CommandAnswer> {
  const { supervisor, clock } = call.ports;
  persistForLaunch(call.ports, transaction);
  const event = { type: 'run_asked', atMs: clock.now(), cause: call.cause, ...wanted } as const;
  const { refused, settled } = supervisor.ask(transaction, event);
  return { status: summarize([...refused, ...(await settled)]), transaction: transaction.id };
}
