// The flags of conf_command --action=top and their checks.

import { FREQUENCY_RULE } from '../../messages/top-request.js';
import type { CommandOptions } from './command.js';
import { invalidValue, usageError } from './usage-errors.js';

export const TOP_OPTIONS = {
  open_connections: { type: 'boolean', default: false, describe: 'With top: list open connections' },
  opened_files: { type: 'boolean', default: false, describe: 'With top: list opened files' },
  memory_maps: { type: 'boolean', default: false, describe: 'With top: list memory maps' },
  watch: {
    type: 'boolean',
    describe: 'With top: live view until q; with --json one line per sample',
  },
  interval: { type: 'number', default: 1, describe: 'With --watch: seconds between samples' },
  use_service: {
    type: 'boolean',
    default: false,
    describe: 'With top: start the Monitor service, which keeps publishing the values',
  },
  service_type: {
    choices: ['pub'] as const,
    default: 'pub' as const,
    describe: 'With --use_service: type of socket',
  },
  service_freq: { type: 'number', default: 1, describe: 'With --use_service: seconds between samples' },
  service_endpoint: {
    type: 'string',
    describe: 'With --use_service: address to publish at, such as tcp://127.0.0.1:6789',
  },
} as const satisfies CommandOptions;

export interface TopArguments {
  readonly transaction: string;
  readonly services: readonly string[];
  readonly json: boolean;
  readonly open_connections: boolean;
  readonly opened_files: boolean;
  readonly memory_maps: boolean;
  /** Undefined if it is not given. */
  readonly watch: boolean | undefined;
  readonly interval: number;
  readonly use_service: boolean;
  readonly service_type: 'pub';
  readonly service_freq: number;
  readonly service_endpoint: string | undefined;
}

/** Throws CLI_USAGE for flags of top that cannot be combined, and for invalid values. */
export function checkTopArguments(args: TopArguments): void {
  checkWatchArguments(args);
  if (!args.use_service) return;
  if (args.service_endpoint === undefined) {
    throw usageError(
      '--use_service needs --service_endpoint',
      'such as --service_endpoint=tcp://127.0.0.1:6789',
    );
  }
  if (!(args.service_freq >= 0.1 && args.service_freq <= 86_400)) {
    throw invalidValue(
      'service_freq',
      args.service_freq,
      `expected ${FREQUENCY_RULE}, such as --service_freq=5`,
    );
  }
}

const INTERVAL_RULE = 'a number of seconds from 0.1 up to 3600';

function checkWatchArguments(args: TopArguments): void {
  const { watch, interval } = args;
  const conflict = watch === true ? findTableFlag(args) : undefined;
  if (conflict !== undefined) {
    throw usageError(
      `${conflict} cannot be used with --watch`,
      'in the live view, Enter shows connections, files and memory maps of the selected service; / filters services',
    );
  }
  if (!(interval >= 0.1 && interval <= 3600)) {
    throw invalidValue('interval', interval, `expected ${INTERVAL_RULE}, such as --interval=5`);
  }
}

/** The first argument that only the printed table uses: the live view shows details and filters itself. */
export function findTableFlag(args: TopArguments): string | undefined {
  const flags = ['open_connections', 'opened_files', 'memory_maps', 'use_service'] as const;
  const flag = flags.find((each) => args[each]);
  if (flag !== undefined) return `--${flag}`;
  return args.services.length === 0 ? undefined : '--task_id';
}
