// The flags of conf_command --action=top, and what is wrong with them.

import { ContextdError } from '../base/errors.js';
import { FREQUENCY_RULE } from '../messages/top-request.js';
import type { CommandOptions } from './command.js';
import type { TopArguments } from './show-top.js';

export const TOP_OPTIONS = {
  open_connections: { type: 'boolean', default: false, describe: 'With top: list the open connections' },
  opened_files: { type: 'boolean', default: false, describe: 'With top: list the opened files' },
  memory_maps: { type: 'boolean', default: false, describe: 'With top: list what is mapped into memory' },
  use_service: {
    type: 'boolean',
    default: false,
    describe: 'With top: publish the figures from now on, by the Monitor service',
  },
  service_type: { choices: ['pub'] as const, default: 'pub' as const, describe: 'With use_service: how' },
  service_freq: { type: 'number', default: 1, describe: 'With use_service: every so many seconds' },
  service_endpoint: { type: 'string', describe: 'With use_service: where, such as tcp://127.0.0.1:6789' },
} as const satisfies CommandOptions;

/** Throws CLI_USAGE. */
export function checkTopArguments(args: TopArguments, action: string): void {
  const flags = ['open_connections', 'opened_files', 'memory_maps', 'use_service'] as const;
  const flag = flags.find((each) => args[each]);
  if (flag !== undefined && action !== 'top') {
    throw new ContextdError('CLI_USAGE', `--${flag} goes with --action=top only`);
  }
  if (args.service_endpoint !== undefined && !args.use_service) {
    throw new ContextdError('CLI_USAGE', '--service_endpoint goes with --use_service only');
  }
  if (!args.use_service) return;
  if (args.service_endpoint === undefined) {
    throw new ContextdError('CLI_USAGE', '--use_service needs --service_endpoint', {
      hint: 'such as --service_endpoint=tcp://127.0.0.1:6789',
    });
  }
  if (!(args.service_freq >= 0.1 && args.service_freq <= 86_400)) {
    throw new ContextdError('CLI_USAGE', `--service_freq is ${FREQUENCY_RULE}`);
  }
}
