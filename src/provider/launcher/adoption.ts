// Finds the services that an earlier provider has left running, by the mark in their environment.

import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { createUniqueId, type ServiceId, type TransactionId } from '../../base/ids.js';
import { limitMarkOf, readProcessTable, type ProcessEntry } from '../../processes/process-table.js';
import { composeLimitMark, isMarkOf } from '../../processes/limit-mark.js';
import { ownerIn } from '../../processes/run-token.js';
import { locateGroupOfOwner, nameControlGroup } from '../../processes/control-group.js';

/** `<owner>/<transaction>/<service>/<run>/<unique>`: says whose a process is even if nothing was written down. */
export interface Mark {
  readonly transaction: string;
  readonly service: string;
  readonly run: number;
}

export interface FoundService extends Mark {
  readonly token: string;
  /** The first process of the service; its descendants may live without it. */
  readonly process: ProcessEntry | undefined;
}

/** Names the provider's folder; another folder's provider leaves its services alone. */
export function ownerOf(stateFolder: string): string {
  return createHash('sha256').update(stateFolder).digest('hex').slice(0, 16);
}

export function composeToken(
  owner: string,
  mark: { readonly transaction: TransactionId; readonly service: ServiceId; readonly run: number },
): string {
  return [owner, mark.transaction, mark.service, mark.run, createUniqueId()].join('/');
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

/** What a token says; undefined for one that was made elsewhere. */
export function parseToken(token: string): Mark | undefined {
  const [, transaction, service, run] = token.split('/');
  if (transaction === undefined || service === undefined || run === undefined) return undefined;
  return { transaction, service, run: Number(run) };
}

/** Services are launched as leaders of a group of their own; the oldest leader is the service itself. */
function findLeader(members: readonly ProcessEntry[]): ProcessEntry | undefined {
  const leaders = members.filter((each) => each.pid === each.group);
  return leaders.toSorted((one, other) => Number(one.startTime) - Number(other.startTime))[0];
}
