// Finds the services that an earlier provider has left running, by the mark in their environment.

import { createHash } from 'node:crypto';
import { createUniqueId, type ServiceId, type TransactionId } from '../../base/ids.js';
import { readProcessTable, type ProcessEntry } from './process-table.js';

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
