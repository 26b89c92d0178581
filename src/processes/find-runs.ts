// Finds the runs that an earlier provider left, by the token in the environment of their processes.

import { basename } from 'node:path';
import { readProcessTable, type ProcessEntry } from './process-table.js';
import { composeRlimitTag, isTagOfOwner } from './rlimit-tag.js';
import { isThreadToken, ownerOfToken, parseToken, type RunToken } from './run-token.js';
import { locateGroupOfOwner, nameControlGroup } from './control-group.js';

export interface FoundServiceRun extends RunToken {
  readonly token: string;
  /** The main process of the service; undefined for a thread, and if only descendants are left. */
  readonly process: ProcessEntry | undefined;
}

/** Returns every run of `owner` that still has processes. */
export function findServiceRuns(owner: string): readonly FoundServiceRun[] {
  const byToken = new Map<string, ProcessEntry[]>();
  for (const entry of readProcessTable()) {
    const { token = '' } = entry;
    if (ownerOfToken(token) === owner) byToken.set(token, [...(byToken.get(token) ?? []), entry]);
  }
  return [...byToken].flatMap(([token, members]) => {
    const run = parseToken(token);
    if (run === undefined) return [];
    return [{ ...run, token, process: isThreadToken(token) ? undefined : findLeader(members) }];
  });
}

/** Returns the tokens of all running processes of `owner`: of services, threads and thread hosts. */
export function listTokens(owner: string): readonly string[] {
  return readProcessTable().flatMap(({ token }) =>
    token !== undefined && ownerOfToken(token) === owner ? [token] : [],
  );
}

/**
 * Finds processes of ended runs of `owner` that have no token, by their control group or rlimit tag. Leaves out the
 * runs in `tokens`: their processes are killed with them.
 */
export function findProcessesWithoutToken(owner: string, tokens: readonly string[]): readonly ProcessEntry[] {
  const groups = new Set(tokens.map(nameControlGroup));
  const tags = new Set(tokens.map(composeRlimitTag));
  return readProcessTable().filter((each) => {
    const group = locateGroupOfOwner(each.pid, owner);
    if (group !== undefined) return !groups.has(basename(group));
    const tag = each.rlimitTag;
    return tag !== undefined && isTagOfOwner(owner, tag) && !tags.has(tag);
  });
}

/** A service leads a process group of its own; the oldest leader is the service itself. */
function findLeader(members: readonly ProcessEntry[]): ProcessEntry | undefined {
  const leaders = members.filter((each) => each.pid === each.group);
  return leaders.toSorted((one, other) => Number(one.startTime) - Number(other.startTime))[0];
}
