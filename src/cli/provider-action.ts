// contextd ACTION: each action of a provider as a command of its own, with its services as arguments.

import { rejectIgnoredFlags } from './arguments/action-flags.js';
import { PROVIDER_ACTIONS, type Action, type Arguments } from './arguments/actions.js';
import { checkConfArguments } from './arguments/check-conf-arguments.js';
import type { Command } from './arguments/command.js';
import { CONNECTION_VALUES, defaultOptions, optionsOf } from './arguments/conf-options.js';
import { findTableFlag } from './arguments/top-arguments.js';
import { completeServiceIds } from './request/complete-service-ids.js';
import { findContextFiles } from './request/context-files.js';
import { runAction } from './request/run-action.js';
import type { Terminal } from './terminal/terminal.js';

const POSITIONALS = {
  provider: '',
  transaction: '',
  service: '<service>',
  services: '[services..]',
} as const;

export function providerAction(action: Action): Command {
  const { summary, target, examples } = PROVIDER_ACTIONS[action];
  const hasServices = POSITIONALS[target] !== '';
  return {
    name: `contextd ${action}`,
    summary: `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`,
    positionals: POSITIONALS[target],
    values: { ...(hasServices ? { _: completeServiceIds } : {}), ...CONNECTION_VALUES },
    options: optionsOf(action),
    examples: examples.map(([line, what]) => [`$0 ${line}`.trim(), what]),
    check: (args, given) => {
      const { watch = true, ...rest } = asArguments(action, args);
      rejectIgnoredFlags({ ...rest, watch }, given);
    },
    run: async (args, terminal) => await run(asArguments(action, args), terminal),
  };
}

function asArguments(action: Action, args: object): Arguments {
  return { ...defaultOptions(), ...args, action } as unknown as Arguments;
}

async function run(given: Arguments, terminal: Terminal): Promise<number> {
  const request = checkConfArguments(given);
  const isLive =
    request.action === 'top' &&
    request.watch === undefined &&
    !request.json &&
    terminal.screen !== undefined &&
    findTableFlag(request) === undefined;
  return await runAction(isLive ? { ...request, watch: true } : request, terminal, await findContextFiles());
}
