// The terminal interface of commands: output, and signals to end. Tests use an implementation that records the output.

import type { OutputLoss } from './lossy-output.js';
import type { Screen } from './screen.js';

export interface Terminal {
  /** Writes to standard output, without adding a line end. Control characters are escaped. */
  out(text: string): void;
  /** Writes to standard output without escaping (--raw). */
  raw(text: string): void;
  /** Writes to standard error, escaped. */
  err(text: string): void;
  /** Returns a function that writes lines to standard output, and drops and counts lines that cannot be written. */
  lossy(describe: (loss: OutputLoss) => string): (text: string) => void;
  /** True when standard output is a terminal that shows colours. */
  readonly colour: boolean;
  /** Width of standard output in characters; undefined if it is not a terminal. */
  readonly columns?: number | undefined;
  /** Aborted by the first SIGINT, SIGTERM or SIGHUP. */
  readonly signal: AbortSignal;
  /** Aborted by the second one: the command must end immediately. */
  readonly kill: AbortSignal;
  /** Aborted when standard output is closed. */
  readonly closed: AbortSignal;
  /** For full-screen views; undefined if input or output is not a terminal. */
  readonly screen?: Screen | undefined;
}
