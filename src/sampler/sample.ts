// Types of process measurements, in bytes, milliseconds and percent.

/** One process at one moment. Values that are not available or were not requested are missing. */
export interface ProcessUsage extends UsageTotals {
  readonly pid: number;
  readonly parent: number;
  readonly name: string;
  /** One of: running, sleeping, disk-sleep, stopped, zombie, idle, dead. */
  readonly status: string;
  /** Milliseconds since the epoch; identifies a process together with the pid. */
  readonly startedAtMs: number;
}

/** Resource usage of one process, or of a process and its descendants, each counted once. */
export interface UsageTotals {
  readonly rssBytes: number;
  readonly vmsBytes: number;
  /** RSS in percent of the machine's memory. */
  readonly memoryPercent: number;
  /** Percent of one core since the previous sample of the process; since its start for the first reading. */
  readonly cpuPercent: number;
  /** 0 if not available. */
  readonly threads: number;
  readonly fds?: number;
  readonly readBytes?: number;
  readonly writeBytes?: number;
  readonly pssBytes?: number;
}

export interface OpenConnection {
  readonly pid: number;
  /** -1 if not available. */
  readonly fd: number;
  readonly family: 'ipv4' | 'ipv6' | 'unix';
  readonly type: 'stream' | 'dgram' | 'seqpacket' | 'raw';
  /** `address:port`, a path, or empty. */
  readonly local: string;
  readonly remote: string;
  /** As `ss` and psutil name it, such as ESTABLISHED or LISTEN; NONE for a socket without a state. */
  readonly status: string;
}

export interface OpenedFile {
  readonly pid: number;
  readonly path: string;
  readonly fd: number;
  /** As fopen names it: r, w, a, r+, a+. */
  readonly mode: string;
}

/** The sum of all mappings of one file, or of one kind of memory such as [heap]. */
export interface MemoryMap {
  readonly path: string;
  readonly rssBytes: number;
  readonly sizeBytes: number;
  readonly pssBytes: number;
}

export interface Sample {
  readonly main: ProcessUsage;
  /** All its descendants. */
  readonly children: readonly ProcessUsage[];
  readonly total: UsageTotals;
  readonly connections?: readonly OpenConnection[];
  readonly openedFiles?: readonly OpenedFile[];
  readonly memoryMaps?: readonly MemoryMap[];
  /** Time of the sample, in milliseconds since the epoch. */
  readonly atMs: number;
  /** Duration of the measurement, in milliseconds. */
  readonly elapsedMs: number;
}

/** A process, or a thread of a process, to measure. */
export interface Target {
  readonly pid: number;
  /** Kernel id of a thread: CPU is measured for the thread alone, memory for the whole process. */
  readonly tid?: number;
}

/** Additional, more expensive measurements. */
export interface SampleOptions {
  readonly openConnections?: boolean;
  readonly openedFiles?: boolean;
  readonly memoryMaps?: boolean;
  /** Proportional set size: shared memory divided among the processes that share it. */
  readonly pss?: boolean;
}

/**
 * Measures processes. Keeps the previous sample of each, to compute the CPU usage between the two; forgets processes
 * that are not measured any more.
 */
export interface Sampler {
  /** Returns samples in the order of `targets`; undefined for a target that has ended. */
  sample(targets: readonly Target[], options?: SampleOptions): Promise<readonly (Sample | undefined)[]>;
}
