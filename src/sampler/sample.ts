// What a process costs, measured: plain values, in bytes, milliseconds and percent.

/** One process at one moment. What the system does not tell, or was not asked for, is missing. */
export interface ProcessFigures extends Totals {
  readonly pid: number;
  readonly parent: number;
  readonly name: string;
  /** As a word: running, sleeping, disk-sleep, stopped, zombie, idle, dead. */
  readonly status: string;
  /** Milliseconds since the epoch; with the pid it names a process for good. */
  readonly startedAtMs: number;
}

/** What one process costs, or a process and all that descend from it, each counted once. */
export interface Totals {
  readonly rssBytes: number;
  readonly vmsBytes: number;
  /** RSS as a part of the machine's memory. */
  readonly memoryPercent: number;
  /** Percent of one core since the last sample of a process; since its start where there is none. */
  readonly cpuPercent: number;
  /** 0 where the system does not tell. */
  readonly threads: number;
  readonly fds?: number;
  readonly readBytes?: number;
  readonly writeBytes?: number;
  readonly pssBytes?: number;
}

export interface OpenConnection {
  readonly pid: number;
  /** -1 where the system does not tell. */
  readonly fd: number;
  readonly family: 'ipv4' | 'ipv6' | 'unix';
  readonly type: 'stream' | 'dgram' | 'seqpacket' | 'raw';
  /** `address:port`, a path, or empty. */
  readonly local: string;
  readonly remote: string;
  /** As `ss` and psutil name it, such as ESTABLISHED or LISTEN; NONE where there is no such thing. */
  readonly status: string;
}

export interface OpenedFile {
  readonly pid: number;
  readonly path: string;
  readonly fd: number;
  /** As fopen names it: r, w, a, r+, a+. */
  readonly mode: string;
}

/** All mappings of one file, or of one kind of memory such as [heap], together. */
export interface MemoryMap {
  readonly path: string;
  readonly rssBytes: number;
  readonly sizeBytes: number;
  readonly pssBytes: number;
}

export interface Sample {
  readonly main: ProcessFigures;
  /** All that descend from it, at any depth. */
  readonly children: readonly ProcessFigures[];
  readonly total: Totals;
  readonly connections?: readonly OpenConnection[];
  readonly openedFiles?: readonly OpenedFile[];
  readonly memoryMaps?: readonly MemoryMap[];
  /** When it was taken, in milliseconds since the epoch. */
  readonly atMs: number;
  /** How long it took to take this one, in milliseconds. */
  readonly elapsedMs: number;
}

/** Which process, or which thread of one, is to be measured. */
export interface Target {
  readonly pid: number;
  /** The kernel's id of a thread: cpu is that thread's alone, memory the whole process's. */
  readonly tid?: number;
}

/** What is asked for besides the figures that cost next to nothing. */
export interface SampleOptions {
  readonly openConnections?: boolean;
  readonly openedFiles?: boolean;
  readonly memoryMaps?: boolean;
  /** Proportional set size: shared memory divided among those who share it. */
  readonly pss?: boolean;
}

/**
 * Measures processes. It remembers the last sample of each, so that cpu is that of the time between;
 * those not asked for any more are forgotten.
 */
export interface Sampler {
  /** In the order of `targets`; undefined for one that does not live (any more). Never rejects for that. */
  sample(targets: readonly Target[], options?: SampleOptions): Promise<readonly (Sample | undefined)[]>;
}
