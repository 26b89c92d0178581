// Ends what a host has started, when there is no provider that would.

import type { Logger } from '../base/logger.js';
import { identify } from '../processes/process-table.js';
import { TOKEN_VARIABLE } from '../processes/run-token.js';
import { sweep, type SweepTarget } from '../processes/kill-tree.js';

/** All that belongs to the run of this process, but this process itself. */
export async function endOwnProcesses(controlGroup: string | undefined, log: Logger): Promise<void> {
  const token = process.env[TOKEN_VARIABLE];
  if (token === undefined) return;
  await endLeftovers({ token, controlGroup, leader: identify(process.pid), spared: process.pid }, log);
}

export async function endLeftovers(target: SweepTarget, log: Logger): Promise<void> {
  const { killed, left } = await sweep(target);
  if (killed.length > 0) log.warn(`had to kill ${killed.join(', ')}`);
  if (left.length > 0) log.error(`could not end ${left.join(', ')}`);
}
