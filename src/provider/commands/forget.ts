// The command that removes a stopped transaction from the provider.

import { ContextdError } from '../../base/errors.js';
import { isStopped } from '../../supervision/transaction.js';
import { requireTransaction, unknownTransaction } from './resolve-target.js';
import { summarize, type CommandAnswer, type CommandContext } from './command-context.js';

/**
 * Removes the history of the transaction, and keeps its logs. Throws CTX_TRANSACTION_UNKNOWN, also for a command without a
 * transaction, and CTX_TRANSACTION_RUNNING.
 */
export function forget(context: CommandContext): CommandAnswer {
  const { ports, command } = context;
  if ((command.header.service_transaction ?? '') === '') throw unknownTransaction(context);
  const transaction = requireTransaction(context);
  if (!isStopped(transaction)) {
    const pids = [...transaction.snapshot.services.values()].flatMap(({ definition, pid }) =>
      pid === undefined ? [] : [`${definition.id} (pid ${pid})`],
    );
    throw new ContextdError(
      'CTX_TRANSACTION_RUNNING',
      `transaction ${transaction.id} is not stopped: ${pids.join(', ')}`,
      { hint: `stop it first with --action=stop --transaction=${transaction.id}` },
    );
  }
  ports.supervisor.remove(transaction);
  return { status: summarize([]), transaction: transaction.id };
}
