// The flags of a provider: of service_context and contextd up.

import { resolve } from 'node:path';
import { ID_RULE, isId } from '../../base/ids.js';
import { LOG_LEVELS, type LogLevel } from '../../base/logger.js';
import type { CommandOptions } from './command.js';
import { invalidValue } from './usage-errors.js';

export const PROVIDER_OPTIONS = {
  transaction: { type: 'string', describe: 'With --start: id of the transaction (default: a new one)' },
  detach_on_exit: {
    type: 'boolean',
    default: false,
    alias: 'detach-on-exit',
    describe: 'On Ctrl-C, leave the services running for the next provider of this context',
  },
  service_root: {
    type: 'string',
    array: true,
    default: [] as string[],
    describe: 'Additional folder that services may be loaded from',
  },
  insecure: {
    type: 'boolean',
    default: false,
    describe: 'Allow endpoints that other machines can reach without <Security>',
  },
  log_level: { choices: LOG_LEVELS, default: 'info', describe: 'Lowest level to print' },
} as const satisfies CommandOptions;

export interface ProviderArguments {
  readonly _?: readonly (string | number)[];
  readonly transaction: string | undefined;
  readonly detach_on_exit: boolean;
  readonly service_root: readonly string[];
  readonly insecure: boolean;
  readonly log_level: LogLevel;
  readonly json: boolean;
}

export function resolveRoots({ service_root: roots }: Pick<ProviderArguments, 'service_root'>) {
  return roots.map((root) => resolve(root));
}

/** Throws CLI_USAGE. */
export function checkTransaction(text: string | undefined): void {
  if (text === undefined || text === '' || isId(text)) return;
  throw invalidValue('transaction', text, `an id consists of ${ID_RULE}`);
}
