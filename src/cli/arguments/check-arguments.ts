// Checks a command line against the options of its command: unknown flags, missing and invalid values.

import type { Options } from 'yargs';
import type { ContextdError } from '../../base/errors.js';
import { findClosest } from '../../base/suggest.js';
import type { Command } from './command.js';
import { invalidValue, usageError } from './usage-errors.js';

type Parsed = Readonly<Record<string, unknown>>;

const COMMON = ['debug', 'help', 'h', 'version', 'v'];

/** Names of the options on the command line, aliases resolved. */
export function givenOptions(command: Command, argv: readonly string[]): ReadonlySet<string> {
  // An option with an empty value counts as not given.
  const names = argv.flatMap((word, at) => {
    const [, name, value = argv[at + 1]] = /^-(?:-(?:no-)?)?([^=]+)(?:=([^]*))?$/.exec(word) ?? [];
    return name === undefined || value === '' ? [] : [name];
  });
  return new Set(names.map((name) => mainName(command, name)));
}

function mainName({ options }: Command, name: string): string {
  const owner = Object.entries(options).find(([, { alias }]) => [alias].flat().includes(name));
  return owner?.[0] ?? name;
}

/** Throws CLI_USAGE for the first fault. */
export function checkArguments(command: Command, argv: readonly string[], parsed: Parsed): void {
  checkNames(command, parsed);
  checkPositionals(command, parsed);
  for (const [name, option] of Object.entries(command.options)) {
    if (needsValue(option) && isWithoutValue(argv, name))
      throw usageFault(command, `--${name} needs a value`, valueHint(name, option));
    checkChoice({ name, option, value: parsed[name] });
    checkNumber(argv, { name, option, value: parsed[name] });
  }
  const missing = Object.entries(command.options).filter(
    ([name, option]) => option.demandOption === true && parsed[name] === undefined,
  );
  if (missing.length > 0)
    throw usageFault(command, `missing: ${missing.map(([name]) => `--${name}`).join(', ')}`);
}

/** The hint defaults to the help of the command. */
export function usageFault({ name }: Command, message: string, hint?: string): ContextdError {
  return usageError(message, hint ?? `run '${name} --help' to see its flags`);
}

function checkNames(command: Command, parsed: Parsed): void {
  const aliases = Object.values(command.options).flatMap(({ alias }) => alias ?? []);
  const known = [...Object.keys(command.options), ...COMMON, ...aliases];
  const unknown = Object.keys(parsed).find((name) => !['_', '$0', ...known].includes(name));
  if (unknown === undefined) return;
  const near = unknown.length === 1 ? undefined : findClosest(unknown, known);
  const dashes = (name: string) => (name.length === 1 ? `-${name}` : `--${name}`);
  throw usageFault(
    command,
    `unknown flag ${dashes(unknown)}`,
    near === undefined ? undefined : `did you mean ${dashes(near)}?`,
  );
}

/** Rejects words without dashes when the command has no positional arguments. */
function checkPositionals(command: Command, { _: words = [] }: Parsed): void {
  const [word] = words as readonly (string | number)[];
  if (command.positionals !== '' || word === undefined) return;
  const owner = Object.entries(command.options).find(([, { choices }]) => choices?.includes(String(word)));
  throw usageFault(
    command,
    `unexpected argument "${word}"`,
    owner === undefined ? undefined : `did you mean --${owner[0]}=${word}?`,
  );
}

/** Options with `requiresArg: false` can be given without a value. */
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
  return choices === undefined ? undefined : `allowed values of --${name}: ${choices.join(', ')}`;
}

/** Reports the value as it was typed; yargs has already replaced it by NaN. */
function checkNumber(argv: readonly string[], { name, option, value }: OptionValue): void {
  if (option.type !== 'number' || ![value].flat().some(Number.isNaN)) return;
  const typed = argv.flatMap((word, at) => {
    if (word === `--${name}`) return argv.slice(at + 1, at + 2);
    return word.startsWith(`--${name}=`) ? [word.slice(name.length + 3)] : [];
  });
  const wrong = typed.find((each) => Number.isNaN(Number(each))) ?? '';
  throw invalidValue(name, wrong, `expected a number: ${option.describe ?? ''}`);
}

interface OptionValue {
  readonly name: string;
  readonly option: Options;
  readonly value: unknown;
}

function checkChoice({ name, option, value }: OptionValue): void {
  const choices = option.choices?.map(String);
  if (choices === undefined || value === undefined) return;
  const wrong = [value]
    .flat()
    .map(String)
    .find((each) => !choices.includes(each));
  if (wrong === undefined) return;
  const near = findClosest(wrong, choices);
  const hint =
    near === undefined ? `allowed values: ${choices.join(', ')}` : `did you mean --${name}=${near}?`;
  throw invalidValue(name, wrong, hint);
}
