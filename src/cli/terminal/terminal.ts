// Where a command writes, and how it learns that it should end; tests give it one that keeps the text.

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
