// Kills whatever is left of a service; one reading of the process table serves all who ask at once.

import { createDeferred, type Deferred } from '../../base/deferred.js';
import { findMembers, isSameProcess, readProcessTable, type ProcessEntry } from './process-table.js';

/** A service that forks while it is being killed needs another round; none outlives this many. */
const MAX_ROUNDS = 50;

export interface SweepTarget {
  readonly token: string;
  /** Id of the process group, which is the pid of the service's first process. */
  readonly group: number;
}

let nextTable: Deferred<readonly ProcessEntry[]> | undefined;

/** SIGKILL to every member of the service; returns who had to be killed, as `pid (name)`. */
export async function sweep(target: SweepTarget): Promise<readonly string[]> {
  const killed = new Map<string, string>();
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const members = findMembers(await sharedTable(), target).filter(isSameProcess);
    if (members.length === 0) break;
    for (const member of members) {
      if (kill(member.pid)) killed.set(`${member.pid}:${member.startTime}`, `${member.pid} (${member.name})`);
    }
  }
  return [...killed.values()];
}

/** A table read after this call: those who ask in the same turn of the event loop share it. */
function sharedTable(): Promise<readonly ProcessEntry[]> {
  if (nextTable === undefined) {
    const table = createDeferred<readonly ProcessEntry[]>();
    nextTable = table;
    setImmediate(() => {
      nextTable = undefined;
      table.resolve(readProcessTable());
    });
  }
  return nextTable.promise;
}

function kill(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch {
    return false;
  }
}
