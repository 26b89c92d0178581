// The flags of conf_command --action=top, and what is wrong with them.

import { ContextdError } from '../base/errors.js';
import { FREQUENCY_RULE } from '../messages/top-request.js';
import type { CommandOptions } from './command.js';
import type { TopArguments } from './show/top.js';

export const TOP_OPTIONS = {
  open_connections: { type: 'boolean', default: false, describe: 'With top: list the open connections' },
  opened_files: { type: 'boolean', default: false, describe: 'With top: list the opened files' },
  memory_maps: { type: 'boolean', default: false, describe: 'With top: list what is mapped into memory' },
  watch: {
    type: 'boolean',
    default: false,
    describe: 'With top: a live view of them all, until q; with --json a line per sample',
  },
  interval: { type: 'number', default: 1, describe: 'With watch: every so many seconds' },
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
export function checkTopArguments(args: TopArguments): void {
  checkWatchArguments(args);
  if (!args.use_service) return;
  if (args.service_endpoint === undefined) {
    throw new ContextdError('CLI_USAGE', '--use_service needs --service_endpoint', {
      hint: 'such as --service_endpoint=tcp://127.0.0.1:6789',
    });
  }
  if (!(args.service_freq >= 0.1 && args.service_freq <= 86_400)) {
    throw new ContextdError('CLI_USAGE', `--service_freq cannot be ${args.service_freq}`, {
      hint: `it is ${FREQUENCY_RULE}, such as --service_freq=5`,
    });
  }
}

const INTERVAL_RULE = 'a number of seconds from 0.1 up to 3600';

function checkWatchArguments(args: TopArguments): void {
  const { watch, interval } = args;
  // The view asks for more by itself, where more is looked at.
  const flags = ['open_connections', 'opened_files', 'memory_maps', 'use_service', 'task_id'] as const;
  const flag = flags.find((each) => args[each] !== false && args[each] !== undefined);
  if (watch && flag !== undefined) {
    throw new ContextdError('CLI_USAGE', `--${flag} cannot go with --watch`, {
      hint: 'Enter shows connections, files and memory maps of the selected service, / finds one',
    });
  }
  if (!(interval >= 0.1 && interval <= 3600)) {
    throw new ContextdError('CLI_USAGE', `--interval cannot be ${interval}`, {
      hint: `it is ${INTERVAL_RULE}, such as --interval=5`,
    });
  }
}
