// What a launcher hands to the host it starts: enough to find the bus and the code, nothing secret.

import type { ServiceId, TransactionId } from '../base/ids.js';

/** Environment variable that carries the HostBootstrap as JSON. */
export const BOOTSTRAP_VARIABLE = 'CONTEXTD_HOST';
/** Environment variable that marks every process of one run of a service, grandchildren included. */
export const TOKEN_VARIABLE = 'CONTEXTD_TOKEN';

/** A pipe that a secured provider writes a KeyPair to, as JSON: no environment and no command line shows it. */
export const KEYS_DESCRIPTOR = 3;

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
  /** The compiled service, as an absolute path. */
  readonly module: string;
  /** How often to say that it lives, in milliseconds; 0 for never. */
  readonly heartbeatMs: number;
  /** How long to go on without a provider, in milliseconds. */
  readonly orphanGraceMs: number;
  /** How long the task may take to end once it is asked to, in milliseconds. */
  readonly stopTimeoutMs: number;
  readonly log: HostLog;
}
