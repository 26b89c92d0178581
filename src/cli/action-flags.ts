// Which flags of conf_command go with which action.

import { refuseIgnored, type FlagRule } from './flag-rules.js';
import { ACTIONS, type Action, type Arguments } from './send-command.js';

/** These are about the whole provider. */
const ABOUT_ALL: readonly Action[] = ['list', 'figures', 'exit'];
const ABOUT_SOME = ACTIONS.filter((action) => !ABOUT_ALL.includes(action));

type Args = Pick<Arguments, 'action' | 'metric' | 'watch' | 'use_service'>;

const RULES: readonly FlagRule<Args>[] = [
  goWithActions(['dry_run'], 'reload'),
  goWithActions(['lines'], 'logs', 'history', 'why'),
  goWithActions(['metric'], 'history'),
  goWithActions(['follow', 'raw'], 'logs'),
  goWithActions(['open_connections', 'opened_files', 'memory_maps', 'watch', 'use_service'], 'top'),
  // With the others the file is sent anyway, or not wanted.
  goWithActions(['use_file'], 'start', 'stop', 'restart', 'reload', 'validate'),
  {
    flags: ['task_id', 'transaction'],
    goWith: `what is about services (not --action=${ABOUT_ALL.join(', ')})`,
    fits: ({ action }) => action === undefined || ABOUT_SOME.includes(action),
  },
  { flags: ['since'], goWith: '--metric', fits: ({ metric }) => metric !== undefined },
  { flags: ['lines'], goWith: 'records, without --metric,', fits: ({ metric }) => metric === undefined },
  { flags: ['interval'], goWith: '--watch', fits: ({ watch }) => watch },
  {
    flags: ['service_type', 'service_freq', 'service_endpoint'],
    goWith: '--use_service',
    fits: ({ use_service: isServed }) => isServed,
  },
];

/** Throws CLI_USAGE. */
export function refuseIgnoredFlags(args: Arguments, given: ReadonlySet<string>): void {
  refuseIgnored(RULES, args, given);
}

function goWithActions(flags: readonly string[], ...actions: readonly Action[]): FlagRule<Args> {
  const goWith = `--action=${actions.join(' or ')}`;
  return { flags, goWith, fits: ({ action }) => action === undefined || actions.includes(action) };
}
