// Runs a command line of contextd.

import { asContextdError, EXIT } from '../base/errors.js';
import { findCommand } from './command-list.js';

/** Runs the command line `NAME ARGUMENTS...` and sets the exit code of the process. */
export async function runNamed(argv: readonly string[]): Promise<void> {
  // Before any other module is loaded, so that stack traces name lines of the source.
  if (argv.includes('--debug')) process.setSourceMapsEnabled(true);
  if (!hasCurrentFolder()) return;
  const [name = '', ...rest] = argv;
  const command = findCommand(name);
  // Both at once: reading one file waits for the disk while the other is compiled.
  const loading = command?.load();
  const { runProgram, printError, ProcessTerminal } = await import('./run.js');
  if (loading !== undefined) {
    await runProgram(await loading, rest);
    return;
  }
  let text: string;
  try {
    const { informationFor } = await import('./information.js');
    text = await informationFor(argv);
  } catch (error) {
    process.exitCode = printError(asContextdError(error), false, new ProcessTerminal());
    return;
  }
  new ProcessTerminal().out(text);
  if (name === '') process.exitCode = EXIT.usage;
}

/** Prints an error and sets exit code 1 if the current folder was removed. Must run before yargs is loaded, which reads it on import. */
function hasCurrentFolder(): boolean {
  try {
    process.cwd();
    return true;
  } catch (cause) {
    const { code, message, hint, exitCode } = asContextdError(cause);
    process.stderr.write(`error ${code}: ${message}\n  hint: ${hint ?? ''}\n`);
    process.exitCode = exitCode;
    return false;
  }
}
