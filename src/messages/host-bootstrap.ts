// What a launcher hands to the host it starts: in its environment enough to find the bus and the code, the rest through a pipe.

import type { KeyPair } from '../base/keys.js';
import type { ServiceId, TransactionId } from '../base/ids.js';

/** Environment variable that carries the HostBootstrap as JSON. */
export const BOOTSTRAP_VARIABLE = 'CONTEXTD_HOST';

/**
 * A pipe that a provider writes a HostSecrets to, as JSON, if there is something in it. A program that speaks for
 * itself has its keys there from its host, as a KeysPayload.
 */
export const KEYS_DESCRIPTOR = 3;

/** What no environment and no command line may show, and what may be too large for one variable of it. */
export interface HostSecrets {
  /** From a secured provider. */
  readonly keys?: KeyPair | undefined;
  readonly program?: HostProgram | undefined;
}

/** What a program that speaks for itself reads at its KEYS_DESCRIPTOR; both keys in Z85. */
export interface KeysPayload {
  readonly public_key: string;
  readonly secret_key: string;
}

/** Where a service's log is, and how large it may become. */
export interface HostLog {
  /** Its newest file; older ones have a number added. All paths are absolute. */
  readonly path: string;
  /** Where the descriptors 1 and 2 lead. */
  readonly out: string;
  /** Of one file. */
  readonly maxBytes: number;
  /** How many files there may be. */
  readonly files: number;
}

/** A program that is the service, found and checked by the provider; all paths are absolute. */
export interface HostProgram {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Whom it runs as; undefined for the user of the provider. */
  readonly user: ProgramUser | undefined;
  readonly ready: ProgramReadiness;
  readonly events: 'none' | 'lines' | 'json';
  readonly stdin: 'null' | 'open';
  readonly stopSignal: string;
  /** Who gets the stop signal: all of its process group, or the program alone. */
  readonly stopTo: 'group' | 'leader';
  /** Undefined for that of the provider. */
  readonly umask: number | undefined;
  /** By the names that prlimit has for them; bytes or counts, or `unlimited`. */
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
  /** It speaks the protocol itself: nothing is said in its name. */
  | { readonly kind: 'heartbeat' };

export interface HostBootstrap {
  readonly serviceType: 'Process' | 'Thread';
  readonly transaction: TransactionId;
  readonly serviceId: ServiceId;
  readonly serviceName: string;
  readonly contextId: string;
  readonly instance: string;
  readonly deviceAction: string;
  readonly endpoints: { readonly subscribe: string; readonly publish: string };
  /** The provider's public key, if it is secured; then the host's own keys come through KEYS_DESCRIPTOR. */
  readonly serverKey?: string;
  /** The service's code, as an absolute path; blank where there is a program. */
  readonly module: string;
  /** What node imports before anything else, where the code is loaded where it lies; a URL. */
  readonly loader?: string | undefined;
  /**
   * Not taken from the bus, where anybody may send a `start`: only the provider says what is executed. Handed over
   * apart from the rest.
   */
  readonly program?: HostProgram | undefined;
  /** How often to say that it lives, in milliseconds; 0 for never. */
  readonly heartbeatMs: number;
  /** How long to go on without a provider, in milliseconds. */
  readonly orphanGraceMs: number;
  /** How long the task may take to end once it is asked to, in milliseconds. */
  readonly stopTimeoutMs: number;
  readonly log: HostLog;
  /** The topic that only the host's own provider subscribes to: whoever else is at its ports does not count. */
  readonly presence: string;
  /** To be joined before any code of the service runs; undefined where none could be made. */
  readonly controlGroup?: string | undefined;
}

/** Whether there is a HostSecrets at the KEYS_DESCRIPTOR. */
export function hasHostSecrets(
  bootstrap: Pick<HostBootstrap, 'serverKey'> & { readonly module?: string },
): boolean {
  return bootstrap.serverKey !== undefined || bootstrap.module === '';
}
