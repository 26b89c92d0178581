// How busy a process is together with all that descend from it, those that have ended in between included.

/** One process of a tree at one moment. */
export interface TreeMember {
  /** With the pid it names a process for good. */
  readonly start: number;
  readonly parent: number;
  /** Its own processor time since its start. */
  readonly ownMs: number;
  /** That of its children that have ended and were waited for, and of theirs. */
  readonly endedMs: number;
  readonly ageMs: number;
}

export interface TreeReading {
  readonly root: number;
  /** Names the target: two targets may have the same root. */
  readonly key: string;
  /** On a clock that never goes back. */
  readonly atMs: number;
  /** By pid, the root included. */
  readonly members: ReadonlyMap<number, TreeMember>;
  /** Whether a process is still there, in this tree or elsewhere. */
  isAlive(pid: number, start: number): boolean;
}

interface Known {
  readonly reading: TreeReading;
  readonly percent: number;
  /** Time that was counted of processes that have gone, and that their ancestors do not show yet. */
  readonly owed: ReadonlyMap<number, number>;
}

/** As in CpuMeter: what lies closer together tells nothing. */
const LEAST_MS = 50;
/** The system counts in steps of this. */
const TICK_MS = 10;
/** What joins a tree when it is older than the last sample by more than this came from elsewhere. */
const JOINED_MS = 1000;

export class TreeMeter {
  readonly #processors: number;
  #known = new Map<string, Known>();
  #asked = new Map<string, Known>();

  constructor(processors: number) {
    this.#processors = processors;
  }

  /** Percent of one core since the last reading of the same tree; since the start of its root where there is none. */
  percent(reading: TreeReading): number {
    const before = this.#known.get(reading.key);
    const known = before !== undefined && isSameRoot(before.reading, reading) ? before : undefined;
    const next = known === undefined ? begin(reading) : this.#renew(known, reading);
    this.#asked.set(reading.key, next);
    return next.percent;
  }

  /** Ends a round: those it did not ask for are forgotten. */
  forgetOthers(): void {
    this.#known = this.#asked;
    this.#asked = new Map();
  }

  #renew(known: Known, reading: TreeReading): Known {
    const passedMs = reading.atMs - known.reading.atMs;
    if (passedMs < LEAST_MS) return known;
    const { spentMs, owed } = compareTrees(known, reading);
    // /proc is not read in one moment: a child that ends meanwhile can be in it twice. So much time there was not.
    const mostMs = passedMs * this.#processors + TICK_MS * reading.members.size;
    return { reading, owed, percent: (Math.min(spentMs, mostMs) / passedMs) * 100 };
  }
}

function isSameRoot(before: TreeReading, now: TreeReading): boolean {
  return before.members.get(before.root)?.start === now.members.get(now.root)?.start;
}

function begin(reading: TreeReading): Known {
  const ageMs = reading.members.get(reading.root)?.ageMs ?? 0;
  let spentMs = 0;
  for (const { ownMs, endedMs } of reading.members.values()) spentMs += ownMs + endedMs;
  return { reading, owed: new Map(), percent: ageMs > 0 ? (spentMs / ageMs) * 100 : 0 };
}

/**
 * What a tree has spent between two readings: the growth of each member's own time and of its ended children's.
 * What was counted of a child while it lived is in the latter again, and is taken off its nearest living ancestor's.
 */
function compareTrees(known: Known, now: TreeReading): Pick<Known, 'owed'> & { readonly spentMs: number } {
  const { reading: before, owed } = known;
  const passedMs = now.atMs - before.atMs;
  const counted = countGone(before, now);
  const owedNext = new Map<number, number>();
  let spentMs = 0;
  for (const [pid, member] of now.members) {
    const earlier = before.members.get(pid);
    if (earlier?.start !== member.start) {
      if (member.ageMs <= passedMs + JOINED_MS) spentMs += member.ownMs + member.endedMs;
      continue;
    }
    spentMs += Math.max(0, member.ownMs - earlier.ownMs);
    const fresh = counted.get(pid) ?? 0;
    const endedMs = member.endedMs - earlier.endedMs - fresh - (owed.get(pid) ?? 0);
    spentMs += Math.max(0, endedMs);
    // Read before it had been waited for: the next reading shows it, or it was never waited for.
    if (endedMs < 0) owedNext.set(pid, Math.min(fresh, -endedMs));
  }
  return { spentMs, owed: owedNext };
}

/** By living ancestor: what was counted of those that have ended since. */
function countGone(before: TreeReading, now: TreeReading): ReadonlyMap<number, number> {
  const counted = new Map<number, number>();
  const isThere = (pid: number) => now.members.get(pid)?.start === before.members.get(pid)?.start;
  for (const [pid, { start, ownMs, endedMs }] of before.members) {
    if (isThere(pid) || now.isAlive(pid, start)) continue;
    const ancestor = findAncestor(before, pid, isThere);
    if (ancestor !== undefined) counted.set(ancestor, (counted.get(ancestor) ?? 0) + ownMs + endedMs);
  }
  return counted;
}

function findAncestor(
  { members }: TreeReading,
  pid: number,
  isThere: (pid: number) => boolean,
): number | undefined {
  const passed = new Set([pid]);
  for (let parent = members.get(pid)?.parent; parent !== undefined; parent = members.get(parent)?.parent) {
    if (!members.has(parent) || passed.has(parent)) return undefined;
    if (isThere(parent)) return parent;
    passed.add(parent);
  }
  return undefined;
}
