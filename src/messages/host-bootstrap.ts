// What a launcher passes to a host: endpoints and code in an environment variable, secrets and the program through a pipe.

import type { KeyPair } from '../base/keys.js';
import type { ServiceId, TransactionId } from '../base/ids.js';

/** Environment variable that carries the HostBootstrap as JSON. */
export const BOOTSTRAP_VARIABLE = 'CONTEXTD_HOST';

/**
 * The descriptor of a pipe with HostSecrets as JSON, if there are any. A program with <ready>heartbeat</ready> reads
 * its keys there, as KeysPayload.
 */
export const KEYS_DESCRIPTOR = 3;

/** Values that must not be visible in an environment or command line, or may be too large for a variable. */
export interface HostSecrets {
  /** Only from a provider with <Security>. */
  readonly keys?: KeyPair | undefined;
  readonly program?: HostProgram | undefined;
}

/** The keys of a program with <ready>heartbeat</ready>; both in Z85. */
export interface KeysPayload {
  readonly public_key: string;
  readonly secret_key: string;
}

/** The log files of a service and their limits. */
export interface HostLog {
  /** The newest file; older files have a number appended. All paths are absolute. */
  readonly path: string;
  /** The file behind descriptors 1 and 2. */
  readonly out: string;
  /** The largest size of one file. */
  readonly maxBytes: number;
  /** The largest number of files. */
  readonly files: number;
}

/** The program of a service, found and checked by the provider; all paths are absolute. */
export interface HostProgram {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** The user that it runs as; undefined for the user of the provider. */
  readonly user: ProgramUser | undefined;
  readonly ready: ProgramReadiness;
  readonly events: 'none' | 'lines' | 'json';
  readonly stdin: 'null' | 'open';
  readonly stopSignal: string;
  /** Who receives the stop signal: its process group, or the program alone. */
  readonly stopTo: 'group' | 'leader';
  /** Undefined for the umask of the provider. */
  readonly umask: number | undefined;
  /** Keys are names of prlimit; values are bytes, counts or `unlimited`. */
  readonly rlimits: Readonly<Record<string, string>>;
}

export interface ProgramUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
}

export type ProgramReadiness =
  | { readonly kind: 'started' }
  | { readonly kind: 'line'; readonly pattern: string }
  | { readonly kind: 'port'; readonly port: number }
  /** It uses the protocol itself; the host publishes nothing for it. */
  | { readonly kind: 'heartbeat' };

/** What a host needs to run a task service once. */
export interface RunBootstrap {
  readonly serviceType: 'Process' | 'Thread';
  readonly transaction: TransactionId;
  readonly serviceId: ServiceId;
  readonly serviceName: string;
  readonly contextId: string;
  readonly instance: string;
  /** Identifies the run in its messages: see publishedToken. */
  readonly runToken?: string;
  readonly deviceAction: string;
  /** Absolute path of the code of the service; blank for a program. */
  readonly module: string;
  /** URL of a module for `node --import`, if the code is loaded from its source folder. */
  readonly loader?: string | undefined;
  /**
   * Never taken from a `start` command on the bus, which any client may send. Passed through the pipe, not in the
   * environment variable.
   */
  readonly program?: HostProgram | undefined;
  /** The heartbeat interval, in milliseconds; 0 for no heartbeats. */
  readonly heartbeatMs: number;
  /** How long to keep running without a provider, in milliseconds. */
  readonly orphanGraceMs: number;
  /** How long the task may take to stop, in milliseconds. */
  readonly stopTimeoutMs: number;
  readonly log: HostLog;
}

/** A run that a host is to start. */
export interface HostRun {
  /** The run token, see processes/run-token.ts. A host starts at most one run for it. */
  readonly token: string;
  readonly bootstrap: RunBootstrap;
  /** The largest heap of a worker thread. */
  readonly maxHeapMb: number;
}

/**
 *   one run in the main thread: a process service; the host ends with it
 *   runs in worker threads: the thread services of a context; more follow by command (host-command.ts)
 */
export interface HostBootstrap {
  /** The name of the process in process lists. */
  readonly serviceId: string;
  readonly runsIn: 'main_thread' | 'worker_threads';
  /** The runs to start at once. */
  readonly runs: readonly HostRun[];
  /** Its id, if it takes commands. */
  readonly host?: string;
  /** The secret key that signs commands, known only to the provider. */
  readonly key?: string;
  /** The context whose runs it takes by command. */
  readonly contextId?: string;
  readonly endpoints: { readonly subscribe: string; readonly publish: string };
  /** The public key of a provider with <Security>; the keys of the host then come through KEYS_DESCRIPTOR. */
  readonly serverKey?: string;
  /** The log of the process; runs in the main thread write to it too. */
  readonly log: HostLog;
  /** The topic that only the own provider subscribes to; other processes at its ports are ignored. */
  readonly presence: string;
  /** How long to keep running without a provider, in milliseconds, when it has no runs. */
  readonly orphanGraceMs: number;
  /** The longest time that its runs may take to stop, in milliseconds. Read by the orphan reaper. */
  readonly stopTimeoutMs: number;
  /** The control group to join before code of a service runs; undefined if none could be created. */
  readonly controlGroup?: string | undefined;
}

/** Whether there are HostSecrets at KEYS_DESCRIPTOR. */
export function hasHostSecrets({ serverKey, runs }: Pick<HostBootstrap, 'serverKey' | 'runs'>): boolean {
  return serverKey !== undefined || runs.some(({ bootstrap }) => bootstrap.module === '');
}
