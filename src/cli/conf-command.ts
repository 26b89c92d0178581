// conf_command: sends one command or query to a provider and prints the answer.

import { rejectIgnoredFlags } from './arguments/action-flags.js';
import type { Arguments } from './arguments/actions.js';
import { checkConfArguments } from './arguments/check-conf-arguments.js';
import { defineCommand } from './arguments/command.js';
import { CONF_EXAMPLES, CONF_OPTIONS } from './arguments/conf-options.js';
import { IDENTITY_VALUES } from './arguments/identity.js';
import { completeServiceIds } from './request/complete-service-ids.js';
import { runAction } from './request/run-action.js';

export const confCommand = defineCommand({
  name: 'conf_command',
  summary: 'Control and inspect the services of a running provider.',
  positionals: '',
  values: {
    context_file: 'files',
    task_id: completeServiceIds,
    service_name: ['context', 'all', 'state'],
    ...IDENTITY_VALUES,
  },
  options: CONF_OPTIONS,
  examples: CONF_EXAMPLES,
  check: rejectIgnoredFlags,
  run: (given: Arguments, terminal) => runAction(checkConfArguments(given), terminal),
});
