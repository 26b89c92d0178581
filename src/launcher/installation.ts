// Checks that the files of this installation still exist, since they can be removed while the provider runs.

import { accessSync, constants } from 'node:fs';
import { ContextdError } from '../base/errors.js';
import { findNodeExecutable } from '../base/find-node-executable.js';
import { packageRoot } from '../base/package.js';

/** Call before a service is stopped for a restart. Throws SVC_LAUNCH_FAILED if no service can be launched any more. */
export function checkInstallation(hostProgram: string): void {
  findNodeExecutable();
  try {
    accessSync(hostProgram, constants.R_OK);
  } catch (cause) {
    throw new ContextdError('SVC_LAUNCH_FAILED', `a file of contextd is missing: ${hostProgram}`, {
      cause,
      hint: `install contextd in ${packageRoot} again`,
    });
  }
}
