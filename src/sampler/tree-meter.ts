// CPU usage of a process tree, including descendants that ended between two readings.

/** One process of a tree at one moment. */
export interface TreeMember {
  /** Start time; identifies a process together with the pid. */
  readonly start: number;
  readonly parent: number;
  /** Its own CPU time since its start. */
  readonly ownMs: number;
  /** CPU time of its ended and reaped descendants. */
  readonly endedMs: number;
  readonly ageMs: number;
}

export interface TreeReading {
  readonly root: number;
  /** Identifies the target: two targets may have the same root. */
  readonly key: string;
  /** Time of the reading, on a monotonic clock. */
  readonly atMs: number;
  /** By pid, the root included. */
  readonly members: ReadonlyMap<number, TreeMember>;
  /** Returns whether a process still runs, in this tree or elsewhere. */
  isAlive(pid: number, start: number): boolean;
}

interface Measured {
  readonly reading: TreeReading;
  readonly percent: number;
  /** By pid: CPU time of ended descendants that was counted, but that the ancestor's `endedMs` does not contain yet. */
  readonly unsettledMs: ReadonlyMap<number, number>;
}

/** As in CpuMeter: shorter intervals are too inaccurate. */
const MIN_INTERVAL_MS = 50;
/** Resolution of CPU times. */
const TICK_MS = 10;
/** A new member that is older than the previous sample by more than this has moved here from another tree. */
const JOINED_MS = 1000;

export class TreeMeter {
  readonly #processors: number;
  #previous = new Map<string, Measured>();
  #current = new Map<string, Measured>();

  constructor(processors: number) {
    this.#processors = processors;
  }

  /** Returns the percentage of one core since the previous reading of the same tree; since the start of its root for the first reading. */
  percent(reading: TreeReading): number {
    const before = this.#previous.get(reading.key);
    const known = before !== undefined && isSameRoot(before.reading, reading) ? before : undefined;
    const next = known === undefined ? begin(reading) : this.#update(known, reading);
    this.#current.set(reading.key, next);
    return next.percent;
  }

  /** Ends a round: forgets all trees that were not measured in it. */
  endRound(): void {
    this.#previous = this.#current;
    this.#current = new Map();
  }

  #update(known: Measured, reading: TreeReading): Measured {
    const passedMs = reading.atMs - known.reading.atMs;
    if (passedMs < MIN_INTERVAL_MS) return known;
    const { spentMs, unsettledMs: unsettledMs } = compareTrees(known, reading);
    // /proc is not read atomically: a child that ends meanwhile can be counted twice. Limit the result to the possible maximum.
    const maxMs = passedMs * this.#processors + TICK_MS * reading.members.size;
    return { reading, unsettledMs: unsettledMs, percent: (Math.min(spentMs, maxMs) / passedMs) * 100 };
  }
}

function isSameRoot(before: TreeReading, now: TreeReading): boolean {
  return before.members.get(before.root)?.start === now.members.get(now.root)?.start;
}

function begin(reading: TreeReading): Measured {
  const ageMs = reading.members.get(reading.root)?.ageMs ?? 0;
  let spentMs = 0;
  for (const { ownMs, endedMs } of reading.members.values()) spentMs += ownMs + endedMs;
  return { reading, unsettledMs: new Map(), percent: ageMs > 0 ? (spentMs / ageMs) * 100 : 0 };
}

/**
 * Returns the CPU time of a tree between two readings: the growth of each member's own time and of its ended children's
 * time. The latter contains again what was counted of a child while it ran; that is subtracted.
 */
function compareTrees(
  known: Measured,
  now: TreeReading,
): Pick<Measured, 'unsettledMs'> & { readonly spentMs: number } {
  const { reading: before, unsettledMs: unsettledMs } = known;
  const passedMs = now.atMs - before.atMs;
  const counted = sumEnded(before, now);
  const unsettledNext = new Map<number, number>();
  let spentMs = 0;
  for (const [pid, member] of now.members) {
    const earlier = before.members.get(pid);
    if (earlier?.start !== member.start) {
      if (member.ageMs <= passedMs + JOINED_MS) spentMs += member.ownMs + member.endedMs;
      continue;
    }
    spentMs += Math.max(0, member.ownMs - earlier.ownMs);
    const fresh = counted.get(pid) ?? 0;
    const endedMs = member.endedMs - earlier.endedMs - fresh - (unsettledMs.get(pid) ?? 0);
    spentMs += Math.max(0, endedMs);
    // The child was not reaped yet: its time appears in the next reading, or never.
    if (endedMs < 0) unsettledNext.set(pid, Math.min(fresh, -endedMs));
  }
  return { spentMs, unsettledMs: unsettledNext };
}

/** Returns by running ancestor: the CPU time already counted of descendants that have ended since. */
function sumEnded(before: TreeReading, now: TreeReading): ReadonlyMap<number, number> {
  const counted = new Map<number, number>();
  const isPresent = (pid: number) => now.members.get(pid)?.start === before.members.get(pid)?.start;
  for (const [pid, { start, ownMs, endedMs }] of before.members) {
    if (isPresent(pid) || now.isAlive(pid, start)) continue;
    const ancestor = findAncestor(before, pid, isPresent);
    if (ancestor !== undefined) counted.set(ancestor, (counted.get(ancestor) ?? 0) + ownMs + endedMs);
  }
  return counted;
}

function findAncestor(
  { members }: TreeReading,
  pid: number,
  isPresent: (pid: number) => boolean,
): number | undefined {
  const passed = new Set([pid]);
  for (let parent = members.get(pid)?.parent; parent !== undefined; parent = members.get(parent)?.parent) {
    if (!members.has(parent) || passed.has(parent)) return undefined;
    if (isPresent(parent)) return parent;
    passed.add(parent);
  }
  return undefined;
}
