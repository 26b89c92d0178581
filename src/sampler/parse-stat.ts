// Parses /proc/PID/stat and /proc/PID/task/TID/stat. Pure.

export interface ProcStat {
  /** Process name; may contain blanks, parentheses and line ends. */
  readonly name: string;
  /** State letter of Linux, such as S; see STATUSES. */
  readonly state: string;
  readonly parent: number;
  readonly group: number;
  /** User and system time, in clock ticks. */
  readonly cpuTicks: number;
  /** User and system time of its ended and reaped descendants, in clock ticks. */
  readonly endedTicks: number;
  readonly threads: number;
  /** Start time in clock ticks since boot; identifies a process together with the pid. */
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

/** Returns undefined if the text is not a complete stat file. */
export function parseStat(text: string): ProcStat | undefined {
  const nameStart = text.indexOf('(');
  const nameEnd = text.lastIndexOf(')');
  if (nameStart < 0 || nameEnd < nameStart) return undefined;
  const fields = text.slice(nameEnd + 2).split(' ', START_TICKS - STATE + 2);
  // One more field must follow, or the last one may be truncated.
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

/** State letters to the `status` of ProcessUsage. */
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

/** Returns true for an ended process, including a zombie. */
export function isEnded({ state }: ProcStat): boolean {
  return state === 'Z' || state === 'X' || state === 'x';
}
