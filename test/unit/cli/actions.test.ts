// Every action of a provider is an action of conf_command and a command of contextd, from one registry.

import { describe, expect, it } from 'vitest';
import { ACTIONS, PROVIDER_ACTIONS } from '../../../src/cli/arguments/actions.js';
import { CONF_OPTIONS } from '../../../src/cli/arguments/conf-options.js';
import { COMMANDS } from '../../../src/cli/command-list.js';
import { confCommand } from '../../../src/cli/conf-command.js';
import { providerAction } from '../../../src/cli/provider-action.js';
import { runCommand } from '../../../src/cli/run.js';
import { CONTEXT_ACTIONS } from '../../../src/messages/context-command.js';
import { helpOf } from '../../helpers/help.js';
import { createTerminal } from '../../helpers/terminal.js';

const QUERIES = ['request', 'why', 'history', 'logs', 'top', 'figures'];

it('the registry has every command and query of a provider', () => {
  const ofKind = (kind: string) => ACTIONS.filter((action) => PROVIDER_ACTIONS[action].kind === kind);
  expect(ofKind('command')).toEqual(CONTEXT_ACTIONS);
  expect(ofKind('query')).toEqual(QUERIES);
});

it('conf_command --action takes exactly the actions of the registry', () => {
  expect(confCommand.options.action.choices).toEqual(ACTIONS);
});

/** The error of a command line that is not run. */
async function usageOf(command: unknown, argv: readonly string[]): Promise<string> {
  const terminal = createTerminal();
  const code = await runCommand(command as never, argv, terminal);
  return code === 2 ? terminal.written.err : '';
}

describe.each(ACTIONS)('%s', (action) => {
  const entry = PROVIDER_ACTIONS[action];

  it('is a command of contextd, with help and examples', async () => {
    const command = await COMMANDS[action]!.load();
    expect(command.name).toBe(`contextd ${action}`);
    const help = await helpOf(command);
    expect(help).toMatch(/^\ncontextd /);
    expect(help).toContain('Examples:');
    expect(help).toContain('--json');
    expect(entry.summary).toMatch(/^[a-z].*[^.]$/);
  });

  it('has options that exist, the same in both forms', () => {
    expect(entry.options.filter((name) => !Object.hasOwn(CONF_OPTIONS, name))).toEqual([]);
    const own = Object.keys(providerAction(action).options);
    for (const name of [...entry.options, 'json', 'timeout', 'context_file']) expect(own).toContain(name);
  });

  it('rejects the options of other actions in both forms', async () => {
    const others = ACTIONS.flatMap((each) => PROVIDER_ACTIONS[each].options);
    const foreign = others.find((name) => !entry.options.includes(name) && name !== 'interval') ?? '';
    const flag = Object.hasOwn(CONF_OPTIONS, foreign) ? `--${foreign}` : '';
    const argv = ['lines', 'metric', 'since', 'grep'].includes(foreign) ? [flag, '1'] : [flag];
    expect(await usageOf(providerAction(action), argv)).toContain(`unknown flag ${flag}`);
    expect(await usageOf(confCommand, [`--action=${action}`, ...argv])).toContain(
      `${flag} can only be used with`,
    );
  });

  it('takes services only if it is about services', async () => {
    const usage = await usageOf(providerAction(action), ['a', 'b', '--timeout=0']);
    const isUsed = entry.target === 'services';
    expect(usage.includes('unexpected argument "a"'), usage).toBe(!isUsed && entry.target !== 'service');
  });
});
