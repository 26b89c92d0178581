// /proc/PID/stat and /proc/PID/task/TID/stat -> values. Pure.

export interface ProcStat {
  /** What the program calls itself: may hold blanks, parentheses, line ends. */
  readonly name: string;
  /** The letter of the system, such as S; see STATUSES. */
  readonly state: string;
  readonly parent: number;
  readonly group: number;
  /** In user and system mode together, in clock ticks. */
  readonly cpuTicks: number;
  /** The same of its ended children, and of theirs, that were waited for. */
  readonly endedTicks: number;
  readonly threads: number;
  /** In clock ticks since boot; with the pid it names a process for good. */
  readonly startTicks: number;
}

/** Field numbers of proc(5). */
const STATE = 3;
const PARENT = 4;
const GROUP = 5;
const USER_TICKS = 14;
const SYSTEM_TICKS = 15;
const ENDED_USER_TICKS = 16;
const ENDED_SYSTEM_TICKS = 17;
const THREADS = 20;
const START_TICKS = 22;

/** Undefined for what is no such file, or not a whole one. */
export function parseStat(text: string): ProcStat | undefined {
  const nameStart = text.indexOf('(');
  const nameEnd = text.lastIndexOf(')');
  if (nameStart < 0 || nameEnd < nameStart) return undefined;
  const fields = text.slice(nameEnd + 2).split(' ', START_TICKS - STATE + 2);
  // One more must follow, or the last may have been cut.
  if (fields.length < START_TICKS - STATE + 2) return undefined;
  const numberAt = (field: number) => Number(fields[field - STATE]);
  return {
    name: text.slice(nameStart + 1, nameEnd),
    state: fields[0] ?? '',
    parent: numberAt(PARENT),
    group: numberAt(GROUP),
    cpuTicks: numberAt(USER_TICKS) + numberAt(SYSTEM_TICKS),
    endedTicks: numberAt(ENDED_USER_TICKS) + numberAt(ENDED_SYSTEM_TICKS),
    threads: numberAt(THREADS),
    startTicks: numberAt(START_TICKS),
  };
}

/** Of those letters, what ProcessFigures calls them. */
const STATUSES: Readonly<Record<string, string>> = {
  R: 'running',
  S: 'sleeping',
  D: 'disk-sleep',
  T: 'stopped',
  t: 'stopped',
  Z: 'zombie',
  X: 'dead',
  x: 'dead',
  I: 'idle',
  P: 'idle',
  K: 'sleeping',
  W: 'running',
};

export function nameStatus(state: string): string {
  return STATUSES[state] ?? state;
}

/** Ended, whether or not its parent has taken notice. */
export function isEnded({ state }: ProcStat): boolean {
  return state === 'Z' || state === 'X' || state === 'x';
}
