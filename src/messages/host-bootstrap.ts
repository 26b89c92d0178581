// What a launcher hands to the host it starts: enough to find the bus and the code, nothing secret.

import type { ServiceId, TransactionId } from '../base/ids.js';

/** Environment variable that carries the HostBootstrap as JSON. */
export const BOOTSTRAP_VARIABLE = 'CONTEXTD_HOST';
/** Environment variable that marks every process of one run of a service, grandchildren included. */
export const TOKEN_VARIABLE = 'CONTEXTD_TOKEN';

export interface HostBootstrap {
  readonly transaction: TransactionId;
  readonly serviceId: ServiceId;
  readonly serviceName: string;
  readonly contextId: string;
  readonly instance: string;
  readonly deviceAction: string;
  readonly endpoints: { readonly subscribe: string; readonly publish: string };
  /** The compiled service, as an absolute path. */
  readonly module: string;
  /** How long to go on without a provider, in milliseconds. */
  readonly orphanGraceMs: number;
  /** How long the task may take to end once it is asked to, in milliseconds. */
  readonly stopTimeoutMs: number;
}
