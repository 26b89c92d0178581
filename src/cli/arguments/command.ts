// A command as data: name, options and action; run.ts runs it as a program.

import type { InferredOptionTypes, Options } from 'yargs';
import type { Terminal } from '../terminal/terminal.js';

export type CommandOptions = Readonly<Record<string, Options>>;

/** Fixed words, file names, or words computed from those typed so far. */
export type Completion =
  readonly string[] | 'files' | ((words: readonly string[]) => Promise<readonly string[]>);

export interface Command<O extends CommandOptions = CommandOptions> {
  /** One word for a program of its own, `contextd NAME` for a subcommand. */
  readonly name: string;
  /** One line at the top of the help. */
  readonly summary: string;
  /** Positional arguments in the notation of yargs, such as `<file>` or `[files..]`; empty for none. */
  readonly positionals: string;
  readonly options: O;
  /** Values for shell completion, by option; under `_` for positionals. Those in `choices` are completed anyway. */
  readonly values?: Readonly<Record<string, Completion>>;
  /** Command lines and their descriptions, shown at the end of the help. */
  readonly examples: readonly (readonly [string, string])[];
  /** Throws CLI_USAGE for options that cannot be combined; `given` are the names of those on the command line. */
  check?(args: InferredOptionTypes<O>, given: ReadonlySet<string>): void;
  /** Returns the exit code. Throws ContextdError. */
  run(args: InferredOptionTypes<O>, terminal: Terminal): Promise<number>;
}

/** A command that is loaded when it is called. */
export interface CommandEntry {
  /** Continues `contextd NAME`: begins with a verb, in lower case. */
  readonly summary: string;
  readonly load: () => Promise<Command>;
}

/** Declares a command; infers the type of the arguments of `run` from its options. */
export function defineCommand<const O extends CommandOptions>(command: Command<O>): Command<O> {
  return command;
}
