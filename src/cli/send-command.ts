// Sends the command of conf_command to a provider, or directly to services.

import { createTransactionId, createUniqueId, parseTransactionId } from '../base/ids.js';
import type { Client, CommandAnswer } from '../client/client.js';
import type { ContextConfiguration, TaskService } from '../model/context.js';
import { didYouMean } from '../base/suggest.js';
import { composeProcessCommand } from '../messages/process-command.js';
import { ALL_TASKS, type Action, type Request } from './arguments/actions.js';
import { usageError } from './arguments/usage-errors.js';

/** Other actions send the context file only with --use_file. */
const ALWAYS_WITH_FILE: readonly Action[] = ['start', 'reload', 'validate'];

export async function sendCommand(
  client: Client,
  args: Request,
  configuration: ContextConfiguration | undefined,
): Promise<CommandAnswer> {
  const { action } = args;
  if (args.topic === 'process') return await sendToProcess(client, args, configuration);
  // The client creates the id, so that the transaction is known even if the answer is lost.
  const unnamed = action === 'start' && args.isNew ? createTransactionId() : undefined;
  const transaction = args.transaction === '' ? unnamed : args.transaction;
  const isFileSent = ALWAYS_WITH_FILE.includes(action) || args.use_file;
  return await client.command({
    action,
    serviceId: args.task_id ?? args.service_id,
    serviceName: args.service_name,
    transaction,
    isDryRun: args.dry_run,
    ...(isFileSent && configuration !== undefined ? { configuration } : {}),
  });
}

async function sendToProcess(
  client: Client,
  args: Request,
  configuration: ContextConfiguration | undefined,
): Promise<CommandAnswer> {
  const services = findTasks(args, configuration);
  const { action } = args;
  const transaction = parseTransactionId(args.transaction);
  if (transaction === undefined || !(action === 'start' || action === 'stop' || action === 'restart')) {
    throw usageError(
      '--topic=process needs --transaction',
      "run 'conf_command --action=list' to see the ids of the transactions",
    );
  }
  const answers = await Promise.all(
    services.map(async (service) => {
      const messageId = createUniqueId();
      const body = composeProcessCommand({ action, service, transaction, messageId, sender: messageId });
      return await client.process(body, messageId);
    }),
  );
  return mergeAnswers(answers);
}

/** Merges the answers of several services; a success if all of them are. */
function mergeAnswers([first, ...rest]: readonly CommandAnswer[]): CommandAnswer {
  if (first === undefined) {
    throw usageError(
      'the context file has no task services to send the command to',
      'add one with create_service, or pass another file with --context_file',
    );
  }
  const all = [first, ...rest];
  const failed = all.find(({ status }) => status.result === 'failure') ?? first;
  const services = all.flatMap(({ status }) => status.services);
  return { ...first, status: { ...failed.status, services } };
}

function findTasks(args: Request, configuration: ContextConfiguration | undefined): readonly TaskService[] {
  const wanted = args.task_id ?? args.service_id;
  if (wanted === ALL_TASKS && configuration !== undefined) return configuration.TaskService;
  const service = configuration?.TaskService.find((each) => each.id === wanted);
  if (service !== undefined) return [service];
  if (configuration === undefined) {
    throw usageError(
      '--topic=process needs --context_file',
      'pass the context file that defines the service; its definition is sent with the command',
    );
  }
  const known = configuration.TaskService.map((each) => each.id);
  const isGiven = wanted !== '';
  throw usageError(
    isGiven ? `the context file has no service "${wanted}"` : '--topic=process needs --task_id',
    (isGiven ? didYouMean(wanted, known) : undefined) ??
      `allowed values of --task_id: all, ${known.join(', ')}`,
  );
}
