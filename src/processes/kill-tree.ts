// Kills all processes of a run.

import { systemClock, type Clock } from '../base/clock.js';
import { createDeferred, type Deferred } from '../base/deferred.js';
import {
  freezeControlGroup,
  killControlGroup,
  listControlGroup,
  removeControlGroup,
} from './control-group.js';
import {
  findMembers,
  isSameProcess,
  readProcessTable,
  type ProcessEntry,
  type ProcessId,
  type RunSelector,
} from './process-table.js';

/** A service that forks while it is killed needs another round. */
const MAX_ROUNDS = 200;
/** How long to wait for killed processes that do not end, for example because they wait for a device. */
const GIVE_UP_MS = 2000;
const MAX_PAUSE_MS = 25;

export interface KillTarget extends RunSelector {
  /** Pid of a process that is not killed: the caller. */
  readonly excludedPid?: number | undefined;
}

/** Lists processes as `pid (name)`. */
export interface KillResult {
  readonly killed: readonly string[];
  /** Processes that could not be killed. */
  readonly left: readonly string[];
}

export interface KillPorts {
  /** Sends SIGKILL; throws if the system does not permit it. */
  readonly kill: (pid: number) => void;
  readonly table: Pick<SharedTable, 'read'>;
  readonly clock: Clock;
}

const SYSTEM: KillPorts = {
  kill: (pid) => void process.kill(pid, 'SIGKILL'),
  table: { read: () => Promise.resolve(readProcessTable()) },
  clock: systemClock,
};

/** Readings of the process table that concurrent kills share. */
export class SharedTable {
  #next: Deferred<readonly ProcessEntry[]> | undefined;

  /** Resolves with a table read after this call; calls in the same turn of the event loop share it. */
  read(): Promise<readonly ProcessEntry[]> {
    if (this.#next === undefined) {
      const table = createDeferred<readonly ProcessEntry[]>();
      this.#next = table;
      setImmediate(() => {
        this.#next = undefined;
        table.resolve(readProcessTable());
      });
    }
    return this.#next.promise;
  }
}

/** Sends SIGKILL to every process of a run. Checks pid and start time first, so that no other process with a reused pid is hit. */
export async function killTree(target: KillTarget, given: Partial<KillPorts> = {}): Promise<KillResult> {
  const ports = { ...SYSTEM, ...given };
  const { clock } = ports;
  const named = new Map<string, ProcessEntry>();
  // A process stays a member even when its parent, by which it was found, has ended.
  const known = new Map((target.descendants ?? []).map((each) => [keyOf(each), each]));
  let left: readonly ProcessEntry[] = [];
  let [quietMs, pauseMs] = [clock.monotonic(), 1];
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    left = await findLiveMembers({ ...target, descendants: [...known.values()] }, ports);
    if (left.length === 0) break;
    if (left.some((each) => !known.has(keyOf(each)))) [quietMs, pauseMs] = [clock.monotonic(), 1];
    else if (clock.monotonic() - quietMs > GIVE_UP_MS) break;
    for (const each of left) known.set(keyOf(each), each);
    const ended = killAll(target, left, ports);
    for (const each of ended) named.set(keyOf(each), each);
    // No process could be signalled: they belong to another user.
    if (ended.length === 0 && left.every(isSameProcess)) break;
    await new Promise<void>((resolve) => clock.after(pauseMs, resolve));
    pauseMs = Math.min(pauseMs * 2, MAX_PAUSE_MS);
  }
  left = left.filter(isSameProcess);
  for (const each of left) named.delete(keyOf(each));
  if (target.controlGroup !== undefined) removeControlGroup(target.controlGroup);
  return { killed: [...named.values()].map(describe), left: left.map(describe) };
}

async function findLiveMembers(target: KillTarget, ports: KillPorts): Promise<readonly ProcessEntry[]> {
  const table = await ports.table.read();
  return findMembers(table, target).filter((each) => each.pid !== target.excludedPid && isSameProcess(each));
}

/** Returns the processes that were signalled. */
function killAll(
  target: KillTarget,
  members: readonly ProcessEntry[],
  ports: KillPorts,
): readonly ProcessEntry[] {
  const { controlGroup, excludedPid: spared } = target;
  const inGroup = new Set(controlGroup === undefined ? [] : listControlGroup(controlGroup));
  const canKillGroup = controlGroup !== undefined && (spared === undefined || !inGroup.has(spared));
  if (!canKillGroup) return members.filter((each) => killProcess(each, ports));
  if (killControlGroup(controlGroup))
    return members.filter((each) => inGroup.has(each.pid) || killProcess(each, ports));
  freezeControlGroup(controlGroup, true);
  try {
    return members.filter((each) => killProcess(each, ports));
  } finally {
    freezeControlGroup(controlGroup, false);
  }
}

/** Returns false if the process has ended or the system does not permit it. */
function killProcess(entry: ProcessEntry, ports: KillPorts): boolean {
  if (!isSameProcess(entry)) return false;
  try {
    ports.kill(entry.pid);
    return true;
  } catch {
    return false;
  }
}

function keyOf({ pid, startTime }: ProcessId): string {
  return `${pid}:${startTime}`;
}

function describe({ pid, name }: ProcessEntry): string {
  return `${pid} (${name})`;
}
