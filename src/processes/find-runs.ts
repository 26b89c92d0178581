// Finds the runs that an earlier provider has left, by the token in the environment of their processes.

import { basename } from 'node:path';
import { limitMarkOf, readProcessTable, type ProcessEntry } from './process-table.js';
import { composeLimitMark, isMarkOf } from './rlimit-tag.js';
import { ownerIn, parseToken, type RunToken } from './run-token.js';
import { locateGroupOfOwner, nameControlGroup } from './control-group.js';

export interface FoundService extends RunToken {
  readonly token: string;
  /** The first process of the service; its descendants may live without it. */
  readonly process: ProcessEntry | undefined;
}

/** Every run of a service of `owner` of which anything is left. */
export function findServices(owner: string): readonly FoundService[] {
  const byToken = new Map<string, ProcessEntry[]>();
  for (const entry of readProcessTable()) {
    if (entry.token?.startsWith(`${owner}/`) !== true) continue;
    byToken.set(entry.token, [...(byToken.get(entry.token) ?? []), entry]);
  }
  return [...byToken].flatMap(([token, members]) => {
    const mark = parseToken(token);
    return mark === undefined ? [] : [{ ...mark, token, process: findLeader(members) }];
  });
}

/** The tokens of all living processes of `owner`: of services, of threads and of the processes that hold those. */
export function tokensOf(owner: string): readonly string[] {
  return readProcessTable().flatMap(({ token }) =>
    token !== undefined && ownerIn(token) === owner ? [token] : [],
  );
}

/**
 * What runs of `owner` have left that carries no token: by its control group or its mark. Those of the runs in
 * `tokens` are ended with them.
 */
export function findTokenless(owner: string, tokens: readonly string[]): readonly ProcessEntry[] {
  const groups = new Set(tokens.map(nameControlGroup));
  const marks = new Set(tokens.map(composeLimitMark));
  return readProcessTable().filter((each) => {
    const group = locateGroupOfOwner(each.pid, owner);
    if (group !== undefined) return !groups.has(basename(group));
    const mark = limitMarkOf(each);
    return mark !== undefined && isMarkOf(owner, mark) && !marks.has(mark);
  });
}

/** Services are launched as leaders of a group of their own; the oldest leader is the service itself. */
function findLeader(members: readonly ProcessEntry[]): ProcessEntry | undefined {
  const leaders = members.filter((each) => each.pid === each.group);
  return leaders.toSorted((one, other) => Number(one.startTime) - Number(other.startTime))[0];
}
