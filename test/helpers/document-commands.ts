// Finds the command lines of contextd in documents and checks their arguments without running them.

import { ACTIONS } from '../../src/cli/arguments/actions.js';
import type { Command, CommandOptions } from '../../src/cli/arguments/command.js';
import { COMMANDS as REGISTRY } from '../../src/cli/command-list.js';
import { runCommand } from '../../src/cli/run.js';
import { createTerminal } from './terminal.js';

/** The commands without `run`, which is never called. */
type Parsed = Omit<Command, 'run'>;

const LOADED = await Promise.all(
  Object.entries(REGISTRY).map(async ([name, { load }]): Promise<readonly [string, Parsed]> => [
    name,
    await load(),
  ]),
);
const isProgram = (name: string) => name.includes('_');
const COMMANDS = new Map<string, Parsed>(
  LOADED.flatMap(([name, command]): [string, Parsed][] => [
    [`contextd ${name}`, command],
    ...(isProgram(name) ? [[name, command] as [string, Parsed]] : []),
  ]),
);
const EVERYWHERE = ['version', 'debug', 'help'];

export function isFlag(flag: string): boolean {
  const name = flag.replace(/^no-/, '');
  return EVERYWHERE.includes(name) || [...COMMANDS.values()].some((each) => flagsOf(each).includes(name));
}

function flagsOf({ options }: { readonly options: CommandOptions }): readonly string[] {
  return Object.entries(options).flatMap(([name, { alias }]) => [name, ...[alias ?? []].flat()]);
}

/** The flags of each command, by its name. An action of a provider has those of conf_command. */
export function flagsByCommand(): ReadonlyMap<string, readonly string[]> {
  const own = LOADED.filter(([name]) => !ACTIONS.some((action) => action === name));
  return new Map(own.map(([, { name, options }]) => [name, Object.keys(options)]));
}

export interface CommandLine {
  readonly name: string;
  readonly args: readonly string[];
}

/** Finds the command lines of contextd in a script, or in a synopsis such as `contextd keys show NAME [--role read|admin]`. */
export function findCommandLines(script: string): readonly CommandLine[] {
  const lines = script
    .replaceAll('\\\n', ' ')
    .replace(/(\w)(\|\w+)+/g, '$1')
    .split(/\n| && | \| | > |; /);
  return lines.flatMap((line) => {
    const words = (line.match(/(?:[^\s'"]|'[^']*'|"[^"]*")+/g) ?? []).map((word) =>
      word.replace(/['"[\]]/g, ''),
    );
    const [first = '', second = '', ...rest] = words[0] === 'npx' ? words.slice(1) : words;
    if (COMMANDS.has(first)) return [{ name: first, args: second === '' ? [] : [second, ...rest] }];
    return COMMANDS.has(`${first} ${second}`) ? [{ name: `${first} ${second}`, args: rest }] : [];
  });
}

/** Returns the command's usage error for these arguments; undefined if it accepts them. */
export async function findUsageFault({ name, args }: CommandLine): Promise<string | undefined> {
  const terminal = createTerminal();
  const command = { ...COMMANDS.get(name), run: () => Promise.resolve(0) } as Command;
  // An ellipsis stands for any argument.
  const given = args.filter((each) => !/^(?:--)?(?:\.\.\.|…)$/.test(each));
  return (await runCommand(command, given, terminal)) === 0 ? undefined : terminal.written.err.trim();
}
