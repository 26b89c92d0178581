// The registry of provider actions: `conf_command --action=X` and `contextd X` both follow from its entries.

import type { Metric } from '../../messages/sample-history.js';
import type { IdentityArguments } from './identity.js';
import type { TopArguments } from './top-arguments.js';

export interface ProviderAction {
  /** A command changes something and goes to topic `context`, a query goes to topic `state`. */
  readonly kind: 'command' | 'query';
  /** Continues `contextd NAME`: begins with a verb, in lower case. */
  readonly summary: string;
  /** What it acts on: the whole provider, a transaction, one service of it, or any number of services. */
  readonly target: 'provider' | 'transaction' | 'service' | 'services';
  /** Its options in CONF_OPTIONS, besides those that all actions have. */
  readonly options: readonly string[];
  /** The command contains the context file: that of the provider if none is given. */
  readonly needsFile?: true;
  /** Arguments of `contextd NAME` and what they do, for its help. */
  readonly examples: readonly (readonly [string, string])[];
}

const TOP_FLAGS = [
  ...['open_connections', 'opened_files', 'memory_maps', 'watch', 'interval', 'use_service'],
  ...['service_type', 'service_freq', 'service_endpoint'],
];

const REGISTRY = {
  start: {
    kind: 'command',
    summary: 'start the services that are named, or all that start with the transaction',
    target: 'services',
    options: ['use_file'],
    examples: [
      ['', 'Start the services of the context'],
      ['worker mailer', 'Start two services'],
    ],
  },
  stop: {
    kind: 'command',
    summary: 'stop the services that are named, or all; the provider keeps running',
    target: 'services',
    options: ['use_file'],
    examples: [
      ['', 'Stop all services'],
      ['worker', 'Stop one service'],
    ],
  },
  restart: {
    kind: 'command',
    summary: 'restart the services that are named, or all that run, with their current code',
    target: 'services',
    options: ['use_file'],
    examples: [
      ['', 'Restart all services'],
      ['worker mailer', 'Restart two services'],
    ],
  },
  reload: {
    kind: 'command',
    summary: 'apply what has changed in the context file and in the code of its services',
    target: 'services',
    options: ['dry_run', 'use_file'],
    needsFile: true,
    examples: [
      ['--dry_run', 'Print what an edited file would change'],
      ['', 'Apply the changes'],
      ['worker', 'Apply the changes of one service'],
    ],
  },
  forget: {
    kind: 'command',
    summary: 'remove a stopped transaction and its records',
    target: 'transaction',
    options: [],
    examples: [['--transaction=T1', 'Remove the transaction T1']],
  },
  validate: {
    kind: 'command',
    summary: 'let the running provider check a context file and its code',
    target: 'transaction',
    options: ['use_file'],
    needsFile: true,
    examples: [['', "Check the provider's own file"]],
  },
  list: {
    kind: 'command',
    summary: 'print the state of all services, as conf_command does; see also ps',
    target: 'provider',
    options: [],
    examples: [['', 'Print every transaction and its services']],
  },
  exit: {
    kind: 'command',
    summary: 'stop all services and end the provider, without waiting for its end; see also down',
    target: 'provider',
    options: [],
    examples: [['', 'Stop all services and end the provider']],
  },
  request: {
    kind: 'query',
    summary: 'print the context information of the transactions',
    target: 'transaction',
    options: [],
    examples: [['--json', 'Print the context information as JSON']],
  },
  why: {
    kind: 'query',
    summary: 'explain the state of a service by the chain of its causes',
    target: 'service',
    options: ['lines'],
    examples: [['worker', 'Print the commands, events and transitions that led to its state']],
  },
  history: {
    kind: 'query',
    summary: 'print what happened, or draw a metric of a service over time',
    target: 'services',
    options: ['lines', 'metric', 'since'],
    examples: [
      ['--lines=20', 'Print the last 20 records'],
      ['worker --metric=rss --since=10m', 'Draw a chart of its memory'],
    ],
  },
  logs: {
    kind: 'query',
    summary: 'print the logs of the services that are named, or of all',
    target: 'services',
    options: ['lines', 'follow', 'since', 'grep', 'raw'],
    examples: [
      ['-f', 'Print the last lines of all services and follow them'],
      ['worker --lines=200', 'Print the last 200 lines of one service'],
      ["--since=10m --grep='error|warn'", 'Print matching lines of the last ten minutes'],
    ],
  },
  top: {
    kind: 'query',
    summary: 'show CPU, memory and more of each service, live on a terminal',
    target: 'services',
    options: TOP_FLAGS,
    examples: [
      ['', 'Show the live view; ? lists its keys'],
      ['--no-watch', 'Print one table'],
      ['worker --opened_files', 'Print the values of one service and its open files'],
    ],
  },
  figures: {
    kind: 'query',
    summary: 'print statistics of the provider itself: messages, journal, event loop',
    target: 'provider',
    options: [],
    examples: [['', 'Print the statistics']],
  },
} as const satisfies Readonly<Record<string, ProviderAction>>;

export type Action = keyof typeof REGISTRY;
export type QueryAction = {
  [Name in Action]: (typeof REGISTRY)[Name]['kind'] extends 'query' ? Name : never;
}[Action];

export const PROVIDER_ACTIONS: Readonly<Record<Action, ProviderAction>> = REGISTRY;
export const ACTIONS = Object.keys(REGISTRY) as readonly Action[];

/** A `--task_id` that means every service of the context, as in the original. */
export const ALL_TASKS = 'all';

export function isQuery(action: Action): action is QueryAction {
  return PROVIDER_ACTIONS[action].kind === 'query';
}

export interface Arguments extends Omit<TopArguments, 'transaction' | 'services'>, IdentityArguments {
  /** The services that `contextd ACTION` names. */
  readonly _?: readonly (string | number)[];
  readonly transaction: string | undefined;
  readonly action: Action | undefined;
  readonly endpoint: string | undefined;
  readonly sub_endpoint: string | undefined;
  readonly context_file: string | undefined;
  readonly service_name: string;
  readonly service_id: string;
  readonly task_id: string | undefined;
  readonly dry_run: boolean;
  readonly lines: number | undefined;
  readonly metric: Metric | undefined;
  readonly since: string | undefined;
  readonly follow: boolean;
  readonly grep: string | undefined;
  readonly raw: boolean;
  readonly use_file: boolean;
  readonly topic: 'context' | 'process' | 'state' | undefined;
  readonly timeout: number | undefined;
}

/** Checked arguments. */
export interface Request extends Omit<Arguments, '_' | 'task_id' | 'transaction' | 'lines'> {
  readonly action: Action;
  readonly transaction: string;
  /** True for `--transaction=''`. */
  readonly isNew: boolean;
  /** The services that are named; without them `service_id` is the id of the context, or blank. */
  readonly services: readonly string[];
  readonly lines: number;
}
