// Sends the command of conf_command to a provider, or directly to services.

import { ContextdError } from '../../base/errors.js';
import { createTransactionId, createUniqueId, parseTransactionId } from '../../base/ids.js';
import type { Client, CommandAnswer } from '../../client/client.js';
import type { ContextConfiguration, TaskService } from '../../model/context.js';
import { didYouMean } from '../../base/suggest.js';
import { composeProcessCommand } from '../../messages/process-command.js';
import { ALL_TASKS, PROVIDER_ACTIONS, type Request } from '../arguments/actions.js';
import { usageError } from '../arguments/usage-errors.js';

export async function sendCommand(
  client: Client,
  args: Request,
  configuration: ContextConfiguration | undefined,
): Promise<CommandAnswer> {
  const { action, services } = args;
  if (args.topic === 'process') return await sendToProcess(client, args, configuration);
  const isNewAllowed = PROVIDER_ACTIONS[action].needsFile === true;
  if (services.length > 1 && !isNewAllowed) await checkKnown(client, services);
  // The client creates the id, so that the transaction is known even if the answer is lost.
  const unnamed = action === 'start' && args.isNew ? createTransactionId() : undefined;
  const transaction = args.transaction === '' ? unnamed : args.transaction;
  const isFileSent = action === 'start' || PROVIDER_ACTIONS[action].needsFile === true || args.use_file;
  const targets = services.length === 0 ? [args.service_id] : services;
  const answers = targets.map((serviceId) =>
    client.command({
      action,
      serviceId,
      serviceName: args.service_name,
      transaction,
      isDryRun: args.dry_run,
      ...(isFileSent && configuration !== undefined ? { configuration } : {}),
    }),
  );
  return mergeAnswers(await Promise.all(answers));
}

/** Throws SVC_UNKNOWN before a command is sent, so that several services are either all commanded or none. */
async function checkKnown(client: Client, services: readonly string[]): Promise<void> {
  const { status } = await client.command({ action: 'list' });
  const known = (status.transactions ?? []).flatMap((each) => each.services.map((one) => one.service_id));
  const unknown = services.find((id) => !known.includes(id));
  if (unknown === undefined || known.length === 0) return;
  throw new ContextdError('SVC_UNKNOWN', `there is no service "${unknown}"`, {
    hint: didYouMean(unknown, known) ?? `services: ${[...new Set(known)].join(', ')}`,
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
      "run 'contextd ps' to see the ids of the transactions",
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
  if (rest.length === 0) return first;
  const all = [first, ...rest];
  const failed = all.find(({ status }) => status.result === 'failure') ?? first;
  const services = all.flatMap(({ status }) => status.services);
  const plans = all.flatMap(({ status }): readonly Plan[] =>
    status.plan === undefined ? [] : [status.plan],
  );
  const reasons = Object.assign(
    {},
    ...all.map(({ status }) => status.reasons),
  ) as typeof failed.status.reasons;
  return {
    ...first,
    status: {
      ...failed.status,
      services,
      ...(plans.length === 0 ? {} : { plan: mergePlans(plans), reasons }),
    },
  };
}

/** Each plan is about one service; to it, the others are unchanged. */
function mergePlans(plans: readonly Plan[]): Plan {
  const merged = Object.entries(plans[0] ?? {}).map(([change]) => {
    const lists = plans.map((plan) => plan[change] ?? []);
    const first = lists[0] ?? [];
    const ids =
      change === 'unchanged' ? first.filter((id) => lists.every((list) => list.includes(id))) : lists.flat();
    return [change, [...new Set(ids)]] as const;
  });
  return Object.fromEntries(merged);
}

type Plan = NonNullable<CommandAnswer['status']['plan']>;

function findTasks(args: Request, configuration: ContextConfiguration | undefined): readonly TaskService[] {
  const wanted = args.services[0] ?? args.service_id;
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
