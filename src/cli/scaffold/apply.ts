// Applies a changed context file to its provider, if one runs.

import { resolve } from 'node:path';
import { EXIT } from '../../base/errors.js';
import type { Arguments } from '../arguments/actions.js';
import { checkConfArguments } from '../arguments/check-conf-arguments.js';
import { defaultOptions } from '../arguments/conf-options.js';
import { findRunning } from '../request/find-running.js';
import { runAction } from '../request/run-action.js';
import type { Terminal } from '../terminal/terminal.js';

export const RELOAD_OPTIONS = {
  reload: { type: 'boolean', default: true, describe: 'Apply the change to a running provider' },
} as const;

/** Returns the exit code. `otherwise` is printed when no provider of the file runs. */
export async function applyToProvider(
  contextFile: string,
  { reload }: { readonly reload: boolean },
  { terminal, otherwise }: { readonly terminal: Terminal; readonly otherwise: string },
): Promise<number> {
  const path = resolve(contextFile);
  if ((await findRunning(path)) === undefined) {
    terminal.out(otherwise);
    return EXIT.done;
  }
  if (!reload) {
    terminal.out("The context is running: 'contextd reload' applies the change\n");
    return EXIT.done;
  }
  const reloading = { ...defaultOptions(), action: 'reload', context_file: path } as unknown as Arguments;
  return await runAction(checkConfArguments(reloading), terminal, [path]);
}
