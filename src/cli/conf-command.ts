// conf_command: sends one command or question to a provider and shows what came of it.

import { ContextdError, EXIT } from '../base/errors.js';
import { createTransactionId, createUniqueId, ID_RULE, isId, parseTransactionId } from '../base/ids.js';
import { Client, type CommandAnswer } from '../client/client.js';
import { findProvider } from '../client/find-provider.js';
import { readContextFile } from '../model/read-context.js';
import type { ContextConfiguration, TaskService } from '../model/context.js';
import { composeProcessCommand } from '../messages/process-command.js';
import { defineCommand, type Terminal } from './command.js';
import { showAnswer, showInfo } from './show-answer.js';

const ACTIONS = ['start', 'stop', 'restart', 'request', 'list', 'exit'] as const;
type Action = (typeof ACTIONS)[number];

export const confCommand = defineCommand({
  name: 'conf_command',
  summary: 'Start, stop, restart and question the services of a running provider.',
  positionals: '',
  options: {
    action: { choices: ACTIONS, describe: 'What to do; required' },
    endpoint: {
      type: 'string',
      describe: "Provider's address for publishers (default: from the file, or found)",
    },
    sub_endpoint: { type: 'string', describe: "Provider's address for subscribers (default: likewise)" },
    context_file: { type: 'string', describe: 'Context file with the services meant' },
    service_name: { type: 'string', default: 'context', describe: "'context', 'all' (with stop) or 'state'" },
    service_id: { type: 'string', default: '', describe: 'Id of the context, or of one service' },
    task_id: { type: 'string', describe: 'Id of one service of the context' },
    transaction: {
      type: 'string',
      default: '',
      describe: 'Transaction id; with start, empty makes a new one',
    },
    use_file: { type: 'boolean', default: false, describe: 'Send the file also with stop and restart' },
    topic: {
      choices: ['context', 'process', 'state'] as const,
      describe: 'Topic to send on (default: by action)',
    },
    timeout: { type: 'number', describe: 'Seconds to wait (default: 5 for a provider, 30 for its answer)' },
    json: { type: 'boolean', default: false, describe: 'Print the answer as JSON' },
  },
  examples: [
    [
      "$0 --context_file=conf/Context-EchoAction.xml --action=start --transaction=''",
      'start a new transaction',
    ],
    ['$0 --action=list', 'what runs, at the one provider on this machine'],
    ['$0 --action=stop --transaction=ID --task_id=ts_100', 'stop one service'],
  ],
  run,
});

/** With the action that must be there. */
interface Request extends Arguments {
  readonly action: Action;
}

interface Arguments {
  readonly action: Action | undefined;
  readonly endpoint: string | undefined;
  readonly sub_endpoint: string | undefined;
  readonly context_file: string | undefined;
  readonly service_name: string;
  readonly service_id: string;
  readonly task_id: string | undefined;
  readonly transaction: string;
  readonly use_file: boolean;
  readonly topic: 'context' | 'process' | 'state' | undefined;
  readonly timeout: number | undefined;
  readonly json: boolean;
}

async function run(given: Arguments, terminal: Terminal): Promise<number> {
  const args = checkArguments(given);
  const file = args.context_file === undefined ? undefined : await readContextFile(args.context_file);
  const configuration = file?.configuration;
  const endpoints = await findProvider({
    endpoint: args.endpoint,
    subEndpoint: args.sub_endpoint,
    configuration,
  });
  const timeouts =
    args.timeout === undefined
      ? {}
      : { timeoutMs: args.timeout * 1000, answerTimeoutMs: args.timeout * 1000 };
  const client = await Client.connect(endpoints, timeouts);
  try {
    if (args.action === 'request' || args.topic === 'state') {
      showInfo(terminal, await client.request(args.transaction), args.json);
      return EXIT.done;
    }
    const answer = await send(client, args, configuration);
    return showAnswer(terminal, { ...args, answer });
  } finally {
    await client.close();
  }
}

async function send(
  client: Client,
  args: Request,
  configuration: ContextConfiguration | undefined,
): Promise<CommandAnswer> {
  const { action } = args;
  if (args.topic === 'process') return await sendToProcess(client, args, configuration);
  // A new id is made here, so that an answer that is lost can still be asked for.
  const transaction =
    action === 'start' && args.transaction === '' ? createTransactionId() : args.transaction;
  const isFileSent = action === 'start' || (args.use_file && (action === 'stop' || action === 'restart'));
  return await client.command({
    action,
    serviceId: args.task_id ?? args.service_id,
    serviceName: args.service_name,
    transaction,
    ...(isFileSent && configuration !== undefined ? { configuration } : {}),
  });
}

async function sendToProcess(
  client: Client,
  args: Request,
  configuration: ContextConfiguration | undefined,
): Promise<CommandAnswer> {
  const service = findTask(args, configuration);
  const transaction = parseTransactionId(args.transaction);
  if (
    transaction === undefined ||
    !(args.action === 'start' || args.action === 'stop' || args.action === 'restart')
  ) {
    throw new ContextdError('CLI_USAGE', '--topic=process needs --transaction, and start, stop or restart');
  }
  const messageId = createUniqueId();
  const body = composeProcessCommand({
    action: args.action,
    service,
    transaction,
    messageId,
    sender: messageId,
  });
  return await client.process(body, messageId);
}

function findTask(args: Request, configuration: ContextConfiguration | undefined): TaskService {
  const wanted = args.task_id ?? args.service_id;
  const service = configuration?.TaskService.find((each) => each.id === wanted);
  if (service !== undefined) return service;
  const known = configuration?.TaskService.map((each) => each.id).join(', ');
  throw new ContextdError(
    'CLI_USAGE',
    `--topic=process needs --context_file and --task_id of one of its services`,
    {
      hint: known === undefined ? undefined : `the file has ${known}`,
    },
  );
}

function checkArguments(args: Arguments): Request {
  const { action, transaction, timeout } = args;
  if (action === undefined) {
    throw new ContextdError('CLI_USAGE', '--action is missing', {
      hint: `it is one of ${ACTIONS.join(', ')}`,
    });
  }
  if (transaction !== '' && !isId(transaction)) {
    throw new ContextdError('CLI_USAGE', `"${transaction}" is no transaction id`, {
      hint: `a transaction id is ${ID_RULE}`,
    });
  }
  if (timeout !== undefined && !(timeout > 0)) {
    throw new ContextdError('CLI_USAGE', '--timeout is a number of seconds above 0');
  }
  return { ...args, action };
}
