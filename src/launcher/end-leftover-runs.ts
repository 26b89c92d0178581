// Ends the processes of an earlier provider that no provider can supervise any more.

import { locateControlGroup, removeEmptyGroups } from '../processes/control-group.js';
import { findProcessesWithoutToken, listTokens, type FoundServiceRun } from '../processes/find-runs.js';
import { killTree, type KillResult } from '../processes/kill-tree.js';
import { readProcessTable } from '../processes/process-table.js';
import type { Launchers } from './open-launchers.js';

export interface LeftoverOptions {
  /** Names the provider's state folder: see processes/run-token.ts. */
  readonly owner: string;
  readonly launchers: Pick<Launchers, 'launcher' | 'controlGroups'>;
  readonly warn: (text: string) => void;
}

/** Ends `runs`, and all processes of earlier runs that carry no token. */
export async function endLeftoverRuns(
  { owner, launchers, warn }: LeftoverOptions,
  runs: Iterable<FoundServiceRun>,
): Promise<void> {
  const { launcher, controlGroups } = launchers;
  for (const run of runs) {
    if (await launcher.end(run)) continue;
    warnAbout(warn, `${run.service} of ${run.transaction}`, await endProcesses(run));
  }
  const known = findProcessesWithoutToken(owner, listTokens(owner));
  if (known.length > 0) warnAbout(warn, 'earlier runs', await killTree({ token: owner, descendants: known }));
  if (controlGroups !== undefined) removeEmptyGroups(controlGroups, owner);
}

async function endProcesses({ token, process: leader }: FoundServiceRun): Promise<KillResult> {
  const member = readProcessTable().find((each) => each.token === token);
  const controlGroup = member && locateControlGroup(member.pid, token);
  return await killTree({ token, leader, controlGroup });
}

function warnAbout(warn: (text: string) => void, what: string, { killed, left }: KillResult): void {
  if (killed.length > 0) warn(`ended what was left of ${what}: ${killed.join(', ')}`);
  if (left.length > 0) warn(`could not end what was left of ${what}: ${left.join(', ')}`);
}
