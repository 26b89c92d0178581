// The terminal of this process: standard output, standard error, and the signals that end it.

import { systemClock } from '../../base/clock.js';
import { ContextdError, EXIT, hasErrnoCode, messageOf } from '../../base/errors.js';
import type { Terminal } from './terminal.js';
import { LossyOutput, type OutputLoss } from './lossy-output.js';
import { toTerminal } from './paint.js';
import { processScreen, type Screen } from './screen.js';

/** npx and npm forward a Ctrl-C that the terminal also sent to us: signals this close together count as one. */
const SAME_SIGNAL_MS = 300;

/** How long a program that was signalled waits until its output is read. */
const DRAIN_MS = 1000;

/** Internal to Node: switches a terminal to non-blocking writes. */
interface Handle {
  setBlocking?(isBlocking: boolean): void;
}

export class ProcessTerminal implements Terminal {
  readonly colour = process.stdout.isTTY && process.env.NO_COLOR === undefined;
  readonly columns = process.stdout.isTTY ? process.stdout.columns : undefined;
  readonly screen: Screen | undefined =
    process.stdin.isTTY && process.stdout.isTTY ? processScreen() : undefined;
  readonly #stop = new AbortController();
  readonly #kill = new AbortController();
  readonly #closed = new AbortController();
  #isLossy = false;
  #firstSignalMs = 0;
  /** Why output could not be written. */
  #outputError: Error | undefined;

  constructor() {
    process.stdout.on('error', (error: Error) => this.#noteOutputError(error));
    // Nowhere left to report it.
    process.stderr.on('error', () => undefined);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => this.#onSignal());
  }

  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  get kill(): AbortSignal {
    return this.#kill.signal;
  }

  get closed(): AbortSignal {
    return this.#closed.signal;
  }

  out(text: string): void {
    process.stdout.write(toTerminal(text, this.colour));
  }

  raw(text: string): void {
    process.stdout.write(text);
  }

  err(text: string): void {
    process.stderr.write(toTerminal(text, false));
  }

  lossy(describe: (loss: OutputLoss) => string): (text: string) => void {
    this.#isLossy = true;
    // A terminal that is stopped (Ctrl-S) or hangs must not stop the program.
    const { _handle: handle } = process.stdout as { readonly _handle?: Handle | null };
    if (process.stdout.isTTY) handle?.setBlocking?.(false);
    const output = new LossyOutput(process.stdout, describe);
    return (text) => output.write(toTerminal(text, this.colour));
  }

  /** Sets the exit code; exits the process if its last output is not read in time. */
  async end(exitCode: number): Promise<void> {
    process.exitCode = exitCode === EXIT.done ? this.#reportOutputError() : exitCode;
    if (!this.#isLossy && !this.signal.aborted) return;
    await new Promise<void>((resolve) => {
      const cancel = systemClock.after(DRAIN_MS, resolve);
      process.stdout.write('', () => {
        cancel();
        resolve();
      });
    });
    if (process.stdout.writableLength > 0) process.exit();
  }

  /** Returns the exit code of a command that succeeded, but whose output may be incomplete. */
  #reportOutputError(): number {
    if (this.#outputError === undefined) return EXIT.done;
    const text = `the output could not be written: ${messageOf(this.#outputError)}`;
    const { code, exitCode } = new ContextdError('CLI_OUTPUT', text);
    this.err(`error ${code}: ${text}\n`);
    return exitCode;
  }

  #noteOutputError(error: Error): void {
    this.#closed.abort();
    // A reader that stops early, such as `head`, is not an error; a lossy output reports lost lines itself.
    if (!this.#isLossy && !hasErrnoCode(error, 'EPIPE')) this.#outputError ??= error;
  }

  #onSignal(): void {
    if (!this.signal.aborted) {
      this.#firstSignalMs = systemClock.monotonic();
      this.#stop.abort();
    } else if (systemClock.monotonic() - this.#firstSignalMs > SAME_SIGNAL_MS) {
      this.#kill.abort();
    }
  }
}
