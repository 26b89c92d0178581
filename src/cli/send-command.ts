// What conf_command sends: its arguments as a command of the protocol.

import { ContextdError } from '../base/errors.js';
import { createTransactionId, createUniqueId, parseTransactionId } from '../base/ids.js';
import type { Client, CommandAnswer } from '../client/client.js';
import type { ContextConfiguration, TaskService } from '../model/context.js';
import { didYouMean } from '../base/suggest.js';
import type { IdentityArguments } from './identity.js';
import { composeProcessCommand } from '../messages/process-command.js';
import type { Metric } from '../messages/sample-history.js';
import type { TopArguments } from './show/top.js';

const COMMANDS = ['start', 'stop', 'restart', 'reload', 'forget', 'validate', 'list', 'exit'] as const;
const QUESTIONS = ['request', 'why', 'history', 'logs', 'top', 'figures'] as const;
export const ACTIONS = [...COMMANDS, ...QUESTIONS] as const;
export type Action = (typeof ACTIONS)[number];
export type Question = (typeof QUESTIONS)[number];

/** The others name services only, unless --use_file is said. */
const ALWAYS_WITH_FILE: readonly Action[] = ['start', 'reload', 'validate'];

export function isQuestion(action: Action): action is Question {
  return QUESTIONS.some((each) => each === action);
}

/** With the action that must be there. */
export interface Request extends Omit<Arguments, 'transaction'> {
  readonly action: Action;
  readonly transaction: string;
  /** `--transaction=''` was said. */
  readonly isNew: boolean;
}

export interface Arguments extends Omit<TopArguments, 'transaction'>, IdentityArguments {
  readonly transaction: string | undefined;
  readonly action: Action | undefined;
  readonly endpoint: string | undefined;
  readonly sub_endpoint: string | undefined;
  readonly context_file: string | undefined;
  readonly service_name: string;
  readonly service_id: string;
  readonly dry_run: boolean;
  readonly lines: number;
  readonly metric: Metric | undefined;
  readonly since: string | undefined;
  readonly follow: boolean;
  readonly raw: boolean;
  readonly use_file: boolean;
  readonly topic: 'context' | 'process' | 'state' | undefined;
  readonly timeout: number | undefined;
}

/** A `--task_id` of the original that means every service of the context. */
export const ALL_TASKS = 'all';

export async function send(
  client: Client,
  args: Request,
  configuration: ContextConfiguration | undefined,
): Promise<CommandAnswer> {
  const { action } = args;
  if (args.topic === 'process') return await sendToProcess(client, args, configuration);
  // A new id is made here, so that an answer that is lost can still be asked for.
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
    throw new ContextdError('CLI_USAGE', '--topic=process needs --transaction', {
      hint: "run 'conf_command --action=list' to see the ids of the transactions",
    });
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

/** One answer for several services: it is a success if each of them is. */
function mergeAnswers([first, ...rest]: readonly CommandAnswer[]): CommandAnswer {
  if (first === undefined) {
    throw new ContextdError('CLI_USAGE', 'the context file has no task services to send the command to', {
      hint: 'add one with create_service, or name another file with --context_file',
    });
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
    throw new ContextdError('CLI_USAGE', '--topic=process needs --context_file', {
      hint: 'name the file of the context that has the service; its part of the file is sent along',
    });
  }
  const known = configuration.TaskService.map((each) => each.id);
  const isNamed = wanted !== '';
  throw new ContextdError(
    'CLI_USAGE',
    isNamed ? `the context file has no service "${wanted}"` : '--topic=process needs --task_id',
    {
      hint:
        (isNamed ? didYouMean(wanted, known) : undefined) ?? `--task_id is all or one of ${known.join(', ')}`,
    },
  );
}
