// Whether this installation can still launch: its files can be replaced while the provider runs.

import { accessSync, constants } from 'node:fs';
import { ContextdError } from '../base/errors.js';
import { findNode } from '../base/find-node.js';
import { packageRoot } from '../base/package.js';

/** Throws SVC_LAUNCH_FAILED when nothing can be launched any more: to be asked before something is stopped. */
export function checkInstallation(hostProgram: string): void {
  findNode();
  try {
    accessSync(hostProgram, constants.R_OK);
  } catch (cause) {
    throw new ContextdError('SVC_LAUNCH_FAILED', `a file of contextd is gone: ${hostProgram}`, {
      cause,
      hint: `install contextd in ${packageRoot} again`,
    });
  }
}
