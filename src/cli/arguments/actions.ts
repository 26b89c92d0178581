// The actions of conf_command and its parsed arguments.

import type { Metric } from '../../messages/sample-history.js';
import type { IdentityArguments } from './identity.js';
import type { TopArguments } from './top-arguments.js';

const COMMANDS = ['start', 'stop', 'restart', 'reload', 'forget', 'validate', 'list', 'exit'] as const;
const QUERIES = ['request', 'why', 'history', 'logs', 'top', 'figures'] as const;
export const ACTIONS = [...COMMANDS, ...QUERIES] as const;
export type Action = (typeof ACTIONS)[number];
export type QueryAction = (typeof QUERIES)[number];

/** A `--task_id` that means every service of the context, as in the original. */
export const ALL_TASKS = 'all';

export function isQuery(action: Action): action is QueryAction {
  return QUERIES.some((each) => each === action);
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

/** Checked arguments. */
export interface Request extends Omit<Arguments, 'transaction'> {
  readonly action: Action;
  readonly transaction: string;
  /** True for `--transaction=''`. */
  readonly isNew: boolean;
}
