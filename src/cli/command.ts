// A command as data: its name, options and what it does; run.ts turns it into a program.

import type { InferredOptionTypes, Options } from 'yargs';
import type { OutputLoss } from './lossy-output.js';
import type { Screen } from './screen.js';

/** Where a command's text goes, and the word that it should end. */
export interface Terminal {
  /** Writes to standard output; the text brings its own line ends. What a terminal would act upon is escaped. */
  out(text: string): void;
  /** Writes to standard output as it is: who asked for that knows what it does to a terminal. */
  raw(text: string): void;
  /** Writes to standard error, escaped as well. */
  err(text: string): void;
  /** A way to write lines to standard output that drops and counts what is not read or cannot be written. */
  lossy(describe: (loss: OutputLoss) => string): (text: string) => void;
  /** True when standard output is a terminal that shows colours. */
  readonly colour: boolean;
  /** How wide standard output is, in characters; undefined where it is no terminal. */
  readonly columns?: number | undefined;
  /** Aborted by the first SIGINT, SIGTERM or SIGHUP. */
  readonly signal: AbortSignal;
  /** Aborted by the second one: end at once. */
  readonly kill: AbortSignal;
  /** Aborted when standard output cannot be written any more. */
  readonly closed: AbortSignal;
  /** For a view that takes the whole terminal; undefined where input or output is none. */
  readonly screen?: Screen | undefined;
}

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
