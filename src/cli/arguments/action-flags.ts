// The flags of conf_command that only some actions use.

import { rejectIgnored, type FlagRule } from './flag-rules.js';
import { ACTIONS, type Action, type Arguments } from './actions.js';

/** Actions on the whole provider; all others are on services. */
const PROVIDER_ACTIONS: readonly Action[] = ['list', 'figures', 'exit'];
const SERVICE_ACTIONS = ACTIONS.filter((action) => !PROVIDER_ACTIONS.includes(action));

type Args = Pick<Arguments, 'action' | 'metric' | 'watch' | 'use_service'>;

const RULES: readonly FlagRule<Args>[] = [
  onlyWith(['dry_run'], 'reload'),
  onlyWith(['lines'], 'logs', 'history', 'why'),
  onlyWith(['metric'], 'history'),
  onlyWith(['follow', 'raw'], 'logs'),
  onlyWith(['open_connections', 'opened_files', 'memory_maps', 'watch', 'use_service'], 'top'),
  onlyWith(['use_file'], 'start', 'stop', 'restart', 'reload', 'validate'),
  {
    flags: ['task_id', 'transaction'],
    condition: `with an action on services (not --action=${PROVIDER_ACTIONS.join(', ')})`,
    applies: ({ action }) => action === undefined || SERVICE_ACTIONS.includes(action),
  },
  { flags: ['since'], condition: 'with --metric', applies: ({ metric }) => metric !== undefined },
  { flags: ['lines'], condition: 'without --metric', applies: ({ metric }) => metric === undefined },
  { flags: ['interval'], condition: 'with --watch', applies: ({ watch }) => watch },
  {
    flags: ['service_type', 'service_freq', 'service_endpoint'],
    condition: 'with --use_service',
    applies: ({ use_service: isServed }) => isServed,
  },
];

/** Throws CLI_USAGE for the first flag that the action does not use. */
export function rejectIgnoredFlags(args: Arguments, given: ReadonlySet<string>): void {
  rejectIgnored(RULES, args, given);
}

function onlyWith(flags: readonly string[], ...actions: readonly Action[]): FlagRule<Args> {
  const condition = `with --action=${actions.join(' or ')}`;
  return { flags, condition, applies: ({ action }) => action === undefined || actions.includes(action) };
}
