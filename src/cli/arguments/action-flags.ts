// The flags of conf_command that only some actions use.

import { rejectIgnored, type FlagRule } from './flag-rules.js';
import { ACTIONS, PROVIDER_ACTIONS, type Action, type Arguments } from './actions.js';

const ON_PROVIDER = ACTIONS.filter((action) => PROVIDER_ACTIONS[action].target === 'provider');

type Args = Pick<Arguments, 'action' | 'metric' | 'watch' | 'use_service'>;

const RULES: readonly FlagRule<Args>[] = [
  ...[...new Set(ACTIONS.flatMap((action) => PROVIDER_ACTIONS[action].options))].map(onlyWithItsActions),
  {
    flags: ['task_id', 'transaction'],
    condition: `with an action on services (not --action=${ON_PROVIDER.join(', ')})`,
    applies: ({ action }) => action === undefined || !ON_PROVIDER.includes(action),
  },
  {
    flags: ['since'],
    condition: 'with --metric',
    applies: ({ action, metric }) => action === 'logs' || metric !== undefined,
  },
  { flags: ['lines'], condition: 'without --metric', applies: ({ metric }) => metric === undefined },
  { flags: ['interval'], condition: 'with --watch', applies: ({ watch }) => watch === true },
  {
    flags: ['service_type', 'service_freq', 'service_endpoint'],
    condition: 'with --use_service',
    applies: ({ use_service: isServed }) => isServed,
  },
];

/** Throws CLI_USAGE for the first flag that the action does not use. */
export function rejectIgnoredFlags(args: Args, given: ReadonlySet<string>): void {
  rejectIgnored(RULES, args, given);
}

function onlyWithItsActions(flag: string): FlagRule<Args> {
  const actions: readonly Action[] = ACTIONS.filter((each) => PROVIDER_ACTIONS[each].options.includes(flag));
  const condition = `with --action=${actions.join(' or ')}`;
  return {
    flags: [flag],
    condition,
    applies: ({ action }) => action === undefined || actions.includes(action),
  };
}
