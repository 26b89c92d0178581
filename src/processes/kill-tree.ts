// Kills whatever is left of a service; one reading of the process table serves all who ask at once.

import { systemClock } from '../base/clock.js';
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
  type RunMembers,
} from './process-table.js';

/** A service that forks while it is being killed needs another round; none outlives this many. */
const MAX_ROUNDS = 200;
/** What does not end though nothing new appears waits for a device: it is looked at for so long, ever more seldom. */
const PATIENCE_MS = 2000;
const LONGEST_PAUSE_MS = 25;

export interface SweepTarget extends RunMembers {
  /** Is not ended: the process that asks. */
  readonly spared?: number | undefined;
}

/** Processes as `pid (name)`. */
export interface SweepResult {
  readonly killed: readonly string[];
  /** Could not be ended. */
  readonly left: readonly string[];
}

export interface SweepPorts {
  /** Sends SIGKILL; throws when the system refuses. */
  readonly kill: (pid: number) => void;
}

const SYSTEM: SweepPorts = { kill: (pid) => void process.kill(pid, 'SIGKILL') };

let nextTable: Deferred<readonly ProcessEntry[]> | undefined;

/** SIGKILL to every member of the service; a process is only signalled if it is still the one that was found. */
export async function sweep(target: SweepTarget, ports: SweepPorts = SYSTEM): Promise<SweepResult> {
  const named = new Map<string, ProcessEntry>();
  // What was a member once stays one, also when what showed it has ended.
  const known = new Map((target.known ?? []).map((each) => [keyOf(each), each]));
  let left: readonly ProcessEntry[] = [];
  let [quietMs, pauseMs] = [performance.now(), 1];
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    left = await lookForMembers({ ...target, known: [...known.values()] });
    if (left.length === 0) break;
    if (left.some((each) => !known.has(keyOf(each)))) [quietMs, pauseMs] = [performance.now(), 1];
    else if (performance.now() - quietMs > PATIENCE_MS) break;
    for (const each of left) known.set(keyOf(each), each);
    const ended = endAll(target, left, ports);
    for (const each of ended) named.set(keyOf(each), each);
    // Not even asked: they are another user's, and stay so.
    if (ended.length === 0 && left.every(isSameProcess)) break;
    await pause(pauseMs);
    pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
  }
  left = left.filter(isSameProcess);
  for (const each of left) named.delete(keyOf(each));
  if (target.controlGroup !== undefined) removeControlGroup(target.controlGroup);
  return { killed: [...named.values()].map(describe), left: left.map(describe) };
}

function pause(durationMs: number): Promise<void> {
  return new Promise((resolve) => systemClock.after(durationMs, resolve));
}

async function lookForMembers(target: SweepTarget): Promise<readonly ProcessEntry[]> {
  const table = await sharedTable();
  return findMembers(table, target).filter((each) => each.pid !== target.spared && isSameProcess(each));
}

/** Returns those that were signalled. */
function endAll(
  target: SweepTarget,
  members: readonly ProcessEntry[],
  ports: SweepPorts,
): readonly ProcessEntry[] {
  const { controlGroup, spared } = target;
  const inGroup = new Set(controlGroup === undefined ? [] : listControlGroup(controlGroup));
  const isWhole = controlGroup !== undefined && (spared === undefined || !inGroup.has(spared));
  if (!isWhole) return members.filter((each) => kill(each, ports));
  if (killControlGroup(controlGroup))
    return members.filter((each) => inGroup.has(each.pid) || kill(each, ports));
  freezeControlGroup(controlGroup, true);
  try {
    return members.filter((each) => kill(each, ports));
  } finally {
    freezeControlGroup(controlGroup, false);
  }
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

/** False when it has ended meanwhile, or the system does not let us. */
function kill(entry: ProcessEntry, ports: SweepPorts): boolean {
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
