// The command that takes a stopped transaction out of the provider.

import { ContextdError } from '../../base/errors.js';
import { isStopped } from '../../supervision/find-transaction.js';
import { findTransaction, unknownTransaction } from './resolve-target.js';
import { summarize, type CommandAnswer, type CommandContext } from './command-context.js';

/** Its records go with it, its logs stay. Throws CTX_TRANSACTION_UNKNOWN, also without a name, and CTX_TRANSACTION_RUNNING. */
export function forget(call: CommandContext): CommandAnswer {
  const { ports, command } = call;
  const isNamed = (command.header.service_transaction ?? '') !== '';
  const transaction = isNamed ? findTransaction(call) : undefined;
  if (transaction === undefined) throw unknownTransaction(call);
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
