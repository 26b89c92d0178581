// The terminal of this process: its standard output and error, and the signals that ask it to end.

import { systemClock } from '../../base/clock.js';
import { ContextdError, EXIT, hasErrnoCode, messageOf } from '../../base/errors.js';
import type { Terminal } from './terminal.js';
import { LossyOutput, type OutputLoss } from './lossy-output.js';
import { toTerminal } from './paint.js';
import { processScreen, type Screen } from './screen.js';

/** npx and npm pass on a Ctrl-C that the terminal has sent to us as well: that is one, not two. */
const SAME_PRESS_MS = 300;

/** So long a program that was asked to end waits until what it has written is read. */
const LAST_READ_MS = 1000;

/** Non-blocking, where Node itself writes to terminals blocking. */
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
  #firstMs = 0;
  /** Why what a command has to say could not be written. */
  #fault: Error | undefined;

  constructor() {
    process.stdout.on('error', (error: Error) => this.#noteFault(error));
    // There is no place left where that could be told.
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
    // A terminal that was halted (Ctrl-S), or whose line hangs, must not halt the program.
    const { _handle: handle } = process.stdout as { readonly _handle?: Handle | null };
    if (process.stdout.isTTY) handle?.setBlocking?.(false);
    const output = new LossyOutput(process.stdout, describe);
    return (text) => output.write(toTerminal(text, this.colour));
  }

  /** Sets the exit code, and ends the process when nobody reads what it has written last. */
  async end(exitCode: number): Promise<void> {
    process.exitCode = exitCode === EXIT.done ? this.#tellFault() : exitCode;
    if (!this.#isLossy && !this.signal.aborted) return;
    await new Promise<void>((resolve) => {
      const cancel = systemClock.after(LAST_READ_MS, resolve);
      process.stdout.write('', () => {
        cancel();
        resolve();
      });
    });
    if (process.stdout.writableLength > 0) process.exit();
  }

  /** Returns the exit code of a command that has done its work, and perhaps could not say so. */
  #tellFault(): number {
    if (this.#fault === undefined) return EXIT.done;
    const text = `the output could not be written: ${messageOf(this.#fault)}`;
    const { code, exitCode } = new ContextdError('CLI_OUTPUT', text);
    this.err(`error ${code}: ${text}\n`);
    return exitCode;
  }

  #noteFault(error: Error): void {
    this.#closed.abort();
    // A reader that has seen enough, such as `head`, is no fault; a console that loses lines says so itself.
    if (!this.#isLossy && !hasErrnoCode(error, 'EPIPE')) this.#fault ??= error;
  }

  #onSignal(): void {
    if (!this.signal.aborted) {
      this.#firstMs = performance.now();
      this.#stop.abort();
    } else if (performance.now() - this.#firstMs > SAME_PRESS_MS) {
      this.#kill.abort();
    }
  }
}
