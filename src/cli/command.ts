// A command as data: its name, options and what it does; run.ts turns it into a program.

import type { InferredOptionTypes, Options } from 'yargs';
import type { Terminal } from './terminal/terminal.js';

export type CommandOptions = Readonly<Record<string, Options>>;

/** Words, files, or what is found out from the words typed so far. */
export type Offer = readonly string[] | 'files' | ((words: readonly string[]) => Promise<readonly string[]>);

export interface Command<O extends CommandOptions = CommandOptions> {
  /** What is typed to run it: one word for a program of its own, `contextd NAME` for any other. */
  readonly name: string;
  /** One line, shown in lists and on top of the help. */
  readonly summary: string;
  /** Positional arguments as yargs writes them, such as `<file>` or `[files..]`; empty for none. */
  readonly positionals: string;
  readonly options: O;
  /** Values that a shell completes, by option, and under `_` for positionals; those of `choices` it knows anyway. */
  readonly values?: Readonly<Record<string, Offer>>;
  /** Command line and what it does, shown at the end of the help. */
  readonly examples: readonly (readonly [string, string])[];
  /** Throws CLI_USAGE for options that do not fit together; `given`: those that the command line names. */
  check?(args: InferredOptionTypes<O>, given: ReadonlySet<string>): void;
  /** Returns the exit code; throws ContextdError for anything that went wrong. */
  run(args: InferredOptionTypes<O>, terminal: Terminal): Promise<number>;
}

/** Declares a command so that its options' types reach `run`. */
export function defineCommand<const O extends CommandOptions>(command: Command<O>): Command<O> {
  return command;
}
