// The commands that stop services: stop and exit.

import type { ServiceId } from '../../base/ids.js';
import type { ServiceResult } from '../../messages/state.js';
import { hasProcess, serviceIds, type Transaction } from '../../supervision/transaction.js';
import { shutdownError } from './shutdown.js';
import { namedService, requireTransaction } from './resolve-target.js';
import { summarize, type CommandAnswer, type CommandPorts, type CommandContext } from './command-context.js';

export async function stop(context: CommandContext): Promise<CommandAnswer> {
  const transaction = requireTransaction(context);
  const all = [...transaction.snapshot.services.keys()];
  const services = servicesToStop(context, transaction, all);
  const isWholeTransaction = all.every((id) => services.includes(id));
  const event = { type: 'stop_requested', cause: context.cause, services, isWholeTransaction } as const;
  const results = await context.ports.supervisor.request(transaction, event);
  return { status: summarize(results), transaction: transaction.id };
}

function servicesToStop(
  context: CommandContext,
  transaction: Transaction,
  all: readonly ServiceId[],
): readonly ServiceId[] {
  const { command, configuration } = context;
  if (command.header.service_name === 'all') return all;
  const named = namedService(command, transaction.configuration);
  if (named !== undefined) return [named];
  const listed = serviceIds(configuration?.TaskService ?? []);
  return listed.length === 0 ? all : listed;
}

/** Stops all services. The provider ends when this is answered. */
export async function exit(context: CommandContext): Promise<CommandAnswer> {
  context.ports.queue.abort(shutdownError());
  const results = await stopEverything(context.ports, context.cause);
  return { status: summarize(results), transaction: context.command.header.service_transaction ?? '' };
}

/** Stops all services of all transactions; resolves with their results when all have ended. */
export async function stopEverything(
  ports: Pick<CommandPorts, 'transactions' | 'supervisor'>,
  cause: string,
): Promise<readonly ServiceResult[]> {
  const asked = ports.transactions.all.map((transaction) => {
    const services = [...transaction.snapshot.services.keys()].filter((id) => hasProcess(transaction, id));
    const event = { type: 'stop_requested', cause, services, isWholeTransaction: true } as const;
    return ports.supervisor.request(transaction, event);
  });
  return (await Promise.all(asked)).flat();
}
