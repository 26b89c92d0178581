// conf_command: sends one command or question to a provider and shows what came of it.

import { asContextdError, ContextdError, EXIT } from '../base/errors.js';
import { ID_RULE, isId } from '../base/ids.js';
import { Client } from '../client/client.js';
import { findProvider } from '../client/find-provider.js';
import { METRICS } from '../messages/sample-history.js';
import type { ContextFile } from '../model/read/read-context.js';
import { refuseIgnoredFlags } from './action-flags.js';
import { defineCommand } from './command.js';
import type { Terminal } from './terminal/terminal.js';
import { offerServiceIds } from './completion.js';
import { IDENTITY_OPTIONS, IDENTITY_VALUES, readIdentity } from './identity.js';
import {
  ACTIONS,
  ALL_TASKS,
  isQuestion,
  send,
  type Action,
  type Arguments,
  type Question,
  type Request,
} from './send-command.js';
import { showAnswer, showInfo } from './show/answer.js';
import { checkChartArguments, showChart } from './show/metric-chart.js';
import { showFigures } from './show/provider-stats.js';
import { showHistory } from './show/history.js';
import { showLogs } from './show/logs.js';
import { showTop } from './show/top.js';
import { checkTopArguments, TOP_OPTIONS } from './top-arguments.js';
import { watchTop } from './watch-top.js';

export const confCommand = defineCommand({
  name: 'conf_command',
  summary: 'Start, stop, restart and question the services of a running provider.',
  positionals: '',
  values: {
    context_file: 'files',
    task_id: offerServiceIds,
    service_name: ['context', 'all', 'state'],
    ...IDENTITY_VALUES,
  },
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
    task_id: { type: 'string', describe: 'Id of one service of the context; all: every one of them' },
    transaction: {
      type: 'string',
      describe:
        "Transaction id (default: the one that runs, or the only one); with start, '' makes a new one",
    },
    dry_run: { type: 'boolean', default: false, describe: 'With reload: only print what would change' },
    lines: { type: 'number', default: 50, describe: 'With logs and history: how many of the last' },
    metric: { choices: METRICS, describe: 'With history: draw what the Monitor has sampled of --task_id' },
    since: { type: 'string', describe: 'With metric: how far back, such as 90s, 10m or 2h' },
    follow: { type: 'boolean', default: false, describe: 'With logs: go on until Ctrl-C' },
    raw: { type: 'boolean', default: false, describe: 'With logs: print control characters as they are' },
    ...TOP_OPTIONS,
    use_file: { type: 'boolean', default: false, describe: 'Send the file also with stop and restart' },
    topic: {
      choices: ['context', 'process', 'state'] as const,
      describe: "Topic to send on: by action; 'process' as the original's clients do, to one service",
    },
    ...IDENTITY_OPTIONS,
    timeout: { type: 'number', describe: 'Seconds to wait (default: 5 for a provider, 30 for its answer)' },
    json: { type: 'boolean', default: false, describe: 'Print the answer as JSON' },
  },
  examples: [
    [
      "$0 --context_file=conf/Context-EchoAction.xml --action=start --transaction=''",
      'start a new transaction',
    ],
    ['$0 --action=list', 'what runs, at the one provider on this machine'],
    ['$0 --action=stop --task_id=ts_100', 'stop one service'],
    [
      '$0 --action=reload --context_file=conf/Context-EchoAction.xml --dry_run',
      'what an edited file would change',
    ],
    ['$0 --action=why --task_id=ts_100', 'the chain of causes that led to its state'],
    ['$0 --action=top', 'what its services cost'],
    ['$0 --action=top --watch', 'the same as a live view; ? shows its keys'],
    ['$0 --action=history --metric=rss --task_id=ts_100', 'a chart of what it has cost, by its Monitor'],
    ['$0 --action=logs --task_id=ts_100 --follow', 'its log, as it is written'],
  ],
  check: refuseIgnoredFlags,
  run,
});

async function run(given: Arguments, terminal: Terminal): Promise<number> {
  const args = checkArguments(given);
  const file = await readFile(args.context_file);
  const configuration = file?.configuration;
  const hints = {
    endpoint: args.endpoint,
    subEndpoint: args.sub_endpoint,
    configuration,
    serverKey: file?.security?.publicKey,
  };
  if (args.watch) return await watchTop(hints, args, terminal);
  const { signal } = terminal;
  const endpoints = await findProvider(hints);
  const security = readIdentity(args, endpoints);
  const timeouts =
    args.timeout === undefined
      ? {}
      : { timeoutMs: args.timeout * 1000, answerTimeoutMs: args.timeout * 1000 };
  let client: Client | undefined;
  // What follows a log ends by itself, and well.
  const giveUp = () => void (args.follow ? undefined : client?.close(true));
  signal.addEventListener('abort', giveUp);
  try {
    client = await Client.connect(endpoints, { ...timeouts, security, signal });
    if (isQuestion(args.action)) return await ask(client, args, terminal);
    const answer = await send(client, args, configuration);
    return showAnswer(terminal, { ...args, answer });
  } catch (error) {
    throw signal.aborted && asContextdError(error).code === 'BUS_CLOSED' ? interruptedError() : error;
  } finally {
    signal.removeEventListener('abort', giveUp);
    await client?.close();
  }
}

function interruptedError(): ContextdError {
  return new ContextdError('BUS_CLOSED', 'interrupted before the answer came', {
    hint: "a command that was sent is carried out all the same; 'conf_command --action=list' shows what runs",
  });
}

/** The XML reader is loaded with the first file only: most commands name none. */
async function readFile(path: string | undefined): Promise<ContextFile | undefined> {
  if (path === undefined) return undefined;
  const { readContextFile } = await import('../model/read/read-context.js');
  return await readContextFile(path);
}

async function ask(client: Client, args: Request, terminal: Terminal): Promise<number> {
  const { action, transaction, json } = args;
  if (action === 'logs') return await showLogs(client, args, terminal);
  if (action === 'top') return await showTop(client, args, terminal);
  if (action === 'figures') return showFigures(terminal, await client.stats(), json);
  if (args.metric !== undefined) return await showChart(client, { ...args, metric: args.metric }, terminal);
  const serviceId = args.task_id ?? args.service_id;
  const question = { action: action as Question, serviceId, content: { limit: args.lines } };
  const reply = await client.request(transaction, question);
  if (action === 'request') showInfo(terminal, reply, json);
  else showHistory(terminal, reply, json);
  return EXIT.done;
}

function checkArguments(given: Arguments): Request {
  const args =
    given.task_id === ALL_TASKS && given.topic !== 'process' ? { ...given, task_id: undefined } : given;
  const { action, transaction = '', timeout, lines } = args;
  if (action === undefined) {
    throw new ContextdError('CLI_USAGE', '--action is missing', {
      hint: `it is one of ${ACTIONS.join(', ')}`,
    });
  }
  if (transaction !== '' && !isId(transaction)) {
    throw new ContextdError('CLI_USAGE', `--transaction cannot be "${transaction}"`, {
      hint: `an id consists of ${ID_RULE}; 'conf_command --action=list' shows those there are`,
    });
  }
  if (action === 'forget' && transaction === '') {
    throw new ContextdError('CLI_USAGE', '--action=forget needs --transaction', {
      hint: "run 'conf_command --action=list' to see the ids of the transactions",
    });
  }
  if (timeout !== undefined && !(timeout > 0)) {
    throw new ContextdError('CLI_USAGE', `--timeout cannot be ${timeout}`, {
      hint: 'it is a number of seconds above 0, such as --timeout=10',
    });
  }
  if (!Number.isInteger(lines) || lines < 0) {
    throw new ContextdError('CLI_USAGE', `--lines cannot be ${lines}`, {
      hint: 'it is a whole number from 0, such as --lines=100',
    });
  }
  const isAboutOne = action === 'why' || action === 'logs' || args.metric !== undefined;
  if (isAboutOne && args.task_id === undefined && args.service_id === '') {
    throw new ContextdError('CLI_USAGE', `--action=${action} needs --task_id`, {
      hint: "run 'conf_command --action=list' to see the ids of the services",
    });
  }
  const request = { ...args, action, transaction, isNew: args.transaction === '' };
  checkTopic(action, args.topic);
  checkChartArguments(request);
  checkTopArguments(request);
  return request;
}

/** Commands and questions have a topic each; to one service the commands can go its own way as well. */
function checkTopic(action: Action, topic: Arguments['topic']): void {
  const topics = topicsOf(action);
  if (topic === undefined || topics.includes(topic)) return;
  throw new ContextdError('CLI_USAGE', `--action=${action} cannot go on --topic=${topic}`, {
    hint: `leave --topic away, or say --topic=${topics.join(' or --topic=')}`,
  });
}

function topicsOf(action: Action): readonly NonNullable<Arguments['topic']>[] {
  if (isQuestion(action)) return ['state'];
  return ['start', 'stop', 'restart'].includes(action) ? ['context', 'process'] : ['context'];
}
