// The flags of conf_command and the examples of its help.

import { METRICS } from '../../messages/sample-history.js';
import { ACTIONS, PROVIDER_ACTIONS, type Action } from './actions.js';
import type { CommandOptions } from './command.js';
import { IDENTITY_OPTIONS, IDENTITY_VALUES } from './identity.js';
import { TOP_OPTIONS } from './top-arguments.js';

export const CONF_OPTIONS = {
  action: { choices: ACTIONS, describe: 'What to do (required)' },
  endpoint: {
    type: 'string',
    describe: "Provider's address for publishers (default: from the context file, or detected)",
  },
  sub_endpoint: {
    type: 'string',
    describe: "Provider's address for subscribers (default: from the context file, or detected)",
  },
  context_file: { type: 'string', describe: 'Context file that defines the services' },
  service_name: { type: 'string', default: 'context', describe: "'context', 'all' (with stop) or 'state'" },
  service_id: { type: 'string', default: '', describe: 'Id of the context, or of one service' },
  task_id: { type: 'string', describe: "Id of one service of the context, or 'all'" },
  transaction: {
    type: 'string',
    describe: "Transaction id (default: the running one, or the only one); with start, '' creates a new one",
  },
  dry_run: { type: 'boolean', default: false, describe: 'With reload: only print the changes' },
  lines: {
    type: 'number',
    describe:
      'With logs, history and why: how many of the last lines or records (default: 50; of logs --since all)',
  },
  metric: {
    choices: METRICS,
    describe: 'With history: draw a chart of this metric of --task_id, as sampled by the Monitor',
  },
  since: { type: 'string', describe: 'With logs and --metric: how far back, such as 90s, 10m or 2h' },
  grep: { type: 'string', describe: 'With logs: only lines that match this regular expression' },
  follow: {
    type: 'boolean',
    default: false,
    alias: 'f',
    describe: 'With logs: print new lines until Ctrl-C',
  },
  raw: { type: 'boolean', default: false, describe: 'With logs: print control characters unescaped' },
  ...TOP_OPTIONS,
  use_file: {
    type: 'boolean',
    default: false,
    describe: 'With stop and restart: also send the context file',
  },
  topic: {
    choices: ['context', 'process', 'state'] as const,
    describe:
      "Topic to send on (default: by action); 'process' sends directly to one service, as the original clients do",
  },
  ...IDENTITY_OPTIONS,
  timeout: { type: 'number', describe: 'Seconds to wait (default: 5 for a provider, 30 for its answer)' },
  json: { type: 'boolean', default: false, describe: 'Print the answer as JSON' },
} as const satisfies CommandOptions;

export const CONF_EXAMPLES: readonly (readonly [string, string])[] = [
  [
    "$0 --context_file=conf/Context-EchoAction.xml --action=start --transaction=''",
    'Start a new transaction',
  ],
  ['$0 --action=list', 'List the services of the only provider on this machine'],
  ['$0 --action=stop --task_id=ts_100', 'Stop one service'],
  [
    '$0 --action=reload --context_file=conf/Context-EchoAction.xml --dry_run',
    'Print what an edited file would change',
  ],
  ['$0 --action=why --task_id=ts_100', 'Print the chain of causes of its state'],
  ['$0 --action=top', 'Print CPU and memory of the services'],
  ['$0 --action=top --watch', 'Show them as a live view; ? lists its keys'],
  ['$0 --action=history --metric=rss --task_id=ts_100', 'Draw a chart of its memory'],
  ['$0 --action=logs --task_id=ts_100 --follow', 'Print its log and follow it'],
];

const { endpoint, sub_endpoint, context_file, key, server_key, timeout, json } = CONF_OPTIONS;

/** Options of all actions, and of every other command that connects to a provider. */
export const CONNECTION_OPTIONS = {
  endpoint,
  sub_endpoint,
  context_file,
  key,
  server_key,
  timeout,
  json,
} as const;

/** Their values for shell completion. */
export const CONNECTION_VALUES = { context_file: 'files', ...IDENTITY_VALUES } as const;

/** The options of an action, as those of a command of its own. */
export function optionsOf(action: Action): CommandOptions {
  const { target, options } = PROVIDER_ACTIONS[action];
  const names = [
    ...options,
    ...(target === 'provider' ? [] : ['transaction']),
    ...Object.keys(CONNECTION_OPTIONS),
  ];
  const all: CommandOptions = CONF_OPTIONS;
  return Object.fromEntries(
    names.flatMap((name) => {
      const option = all[name];
      return option === undefined ? [] : [[name, { ...option, describe: withoutAction(option.describe) }]];
    }),
  );
}

/** `With reload: only print the changes` becomes `Only print the changes`. */
function withoutAction(text = ''): string {
  const [, rest = text] = /^With (?!--)[^:]*: (.*)$/.exec(text) ?? [];
  return rest.charAt(0).toUpperCase() + rest.slice(1);
}

/** The values of the options that are not given. */
export function defaultOptions(): Readonly<Record<string, unknown>> {
  const all: CommandOptions = CONF_OPTIONS;
  return Object.fromEntries(Object.entries(all).map(([name, option]) => [name, option.default as unknown]));
}
