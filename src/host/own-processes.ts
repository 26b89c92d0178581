// Ends the processes that a host has started, when there is no provider to do it.

import type { Logger } from '../base/logger.js';
import { readProcessId } from '../processes/process-table.js';
import { TOKEN_VARIABLE } from '../processes/run-token.js';
import { killTree, type KillTarget } from '../processes/kill-tree.js';

/** Ends every process of this run except this process. */
export async function endOwnProcesses(controlGroup: string | undefined, log: Logger): Promise<void> {
  const token = process.env[TOKEN_VARIABLE];
  if (token === undefined) return;
  await endLeftovers(
    { token, controlGroup, leader: readProcessId(process.pid), excludedPid: process.pid },
    log,
  );
}

export async function endLeftovers(target: KillTarget, log: Logger): Promise<void> {
  const { killed, left } = await killTree(target);
  if (killed.length > 0) log.warn(`killed leftover processes: ${killed.join(', ')}`);
  if (left.length > 0) log.error(`could not end processes: ${left.join(', ')}`);
}
