// What is wrong with a command line whatever the command does: unknown flags, missing or impossible values.

import type { Options } from 'yargs';
import { ContextdError } from '../base/errors.js';
import { closest } from '../base/suggest.js';
import type { Command } from './command.js';

type Parsed = Readonly<Record<string, unknown>>;

const COMMON = ['debug', 'help', 'h', 'version', 'v'];

/** Names of the options that the command line gives, under their own names. */
export function givenOptions(command: Command, argv: readonly string[]): ReadonlySet<string> {
  // An empty value says as much as no option.
  const names = argv.flatMap((word, at) => {
    const [, name, value = argv[at + 1]] = /^--(?:no-)?([^=]+)(?:=([^]*))?$/.exec(word) ?? [];
    return name === undefined || value === '' ? [] : [name];
  });
  return new Set(names.map((name) => mainName(command, name)));
}

function mainName({ options }: Command, name: string): string {
  const owner = Object.entries(options).find(([, { alias }]) => [alias].flat().includes(name));
  return owner?.[0] ?? name;
}

/** Throws CLI_USAGE for the first thing that is wrong. */
export function checkArguments(command: Command, argv: readonly string[], parsed: Parsed): void {
  checkNames(command, parsed);
  checkPositionals(command, parsed);
  for (const [name, option] of Object.entries(command.options)) {
    if (needsValue(option) && isWithoutValue(argv, name))
      throw usage(command, `--${name} needs a value`, valueHint(name, option));
    checkChoice(command, { name, option, value: parsed[name] });
    checkNumber(command, argv, { name, option, value: parsed[name] });
  }
  const missing = Object.entries(command.options).filter(
    ([name, option]) => option.demandOption === true && parsed[name] === undefined,
  );
  if (missing.length > 0) throw usage(command, `missing: ${missing.map(([name]) => `--${name}`).join(', ')}`);
}

export function usage({ name }: Command, message: string, hint?: string): ContextdError {
  return new ContextdError('CLI_USAGE', message, {
    hint: hint ?? `run '${name} --help' to see what it takes`,
  });
}

function checkNames(command: Command, parsed: Parsed): void {
  const aliases = Object.values(command.options).flatMap(({ alias }) => alias ?? []);
  const known = [...Object.keys(command.options), ...COMMON, ...aliases];
  const unknown = Object.keys(parsed).find((name) => !['_', '$0', ...known].includes(name));
  if (unknown === undefined) return;
  const near = unknown.length === 1 ? undefined : closest(unknown, known);
  const dashes = (name: string) => (name.length === 1 ? `-${name}` : `--${name}`);
  throw usage(
    command,
    `${command.name} has no flag ${dashes(unknown)}`,
    near === undefined ? undefined : `did you mean ${dashes(near)}?`,
  );
}

/** A word without dashes where the command takes none. */
function checkPositionals(command: Command, { _: words = [] }: Parsed): void {
  const [word] = words as readonly (string | number)[];
  if (command.positionals !== '' || word === undefined) return;
  const owner = Object.entries(command.options).find(([, { choices }]) => choices?.includes(String(word)));
  throw usage(
    command,
    `${command.name} does not know what to do with "${word}"`,
    owner === undefined ? undefined : `did you mean --${owner[0]}=${word}?`,
  );
}

/** Those with `requiresArg: false` may stand alone. */
function needsValue({ type, requiresArg }: Options): boolean {
  return type !== 'boolean' && requiresArg !== false;
}

function isWithoutValue(argv: readonly string[], name: string): boolean {
  return argv.some((word, at) => {
    const next = argv[at + 1];
    return word === `--${name}` && (next === undefined || next.startsWith('--'));
  });
}

function valueHint(name: string, { choices }: Options): string | undefined {
  return choices === undefined ? undefined : `--${name} is one of ${choices.join(', ')}`;
}

/** What is not a number is told as it was typed. */
function checkNumber(command: Command, argv: readonly string[], { name, option, value }: Given): void {
  if (option.type !== 'number' || ![value].flat().some(Number.isNaN)) return;
  const typed = argv.flatMap((word, at) => {
    if (word === `--${name}`) return argv.slice(at + 1, at + 2);
    return word.startsWith(`--${name}=`) ? [word.slice(name.length + 3)] : [];
  });
  const wrong = typed.find((each) => Number.isNaN(Number(each))) ?? '';
  throw usage(command, `--${name} cannot be "${wrong}"`, `it is a number: ${option.describe ?? ''}`);
}

interface Given {
  readonly name: string;
  readonly option: Options;
  readonly value: unknown;
}

function checkChoice(command: Command, { name, option, value }: Given): void {
  const choices = option.choices?.map(String);
  if (choices === undefined || value === undefined) return;
  const wrong = [value]
    .flat()
    .map(String)
    .find((each) => !choices.includes(each));
  if (wrong === undefined) return;
  const near = closest(wrong, choices);
  const hint = near === undefined ? `it is one of ${choices.join(', ')}` : `did you mean --${name}=${near}?`;
  throw usage(command, `--${name} cannot be "${wrong}"`, hint);
}
