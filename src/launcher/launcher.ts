// The launcher interface: starts runs of services, adopts and stops them, and reports their end.

import type { RunBootstrap } from '../messages/host-bootstrap.js';
import type { Supervision } from '../model/context.js';
import type { ProcessEntry } from '../processes/process-table.js';

export interface LaunchRequest {
  readonly bootstrap: RunBootstrap;
  readonly supervision: Supervision;
  /** Added to the environment of a service that is not a program. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Identifies every process of this run; see processes/run-token.ts. */
  readonly token: string;
}

/** Adopts a service that an earlier provider has launched. */
export interface AdoptRequest {
  readonly process: ProcessEntry;
  readonly token: string;
  readonly supervision: Supervision;
}

export interface ProcessEnd {
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
  /** The service exceeded its memory. */
  readonly isOutOfMemory?: boolean;
  /** Processes of the service that had to be killed, as `pid (name)`. */
  readonly killed: readonly string[];
  /** Processes that could not be ended, as `pid (name)`. */
  readonly left?: readonly string[];
}

export interface LaunchedService {
  readonly pid: number;
  /** Resolves when the process and all processes that it has started have ended; never rejects. */
  readonly ended: Promise<ProcessEnd>;
  /**
   * Stops the service step by step. `ask` sends the stop command on the bus and returns whether the service subscribes.
   * Idempotent. A later call with `atOnce` kills the service at once.
   */
  stop(ask: () => boolean, atOnce: boolean): void;
}

export interface Launcher {
  /** Throws SVC_LAUNCH_FAILED. */
  launch(order: LaunchRequest): Promise<LaunchedService>;
  adopt(order: AdoptRequest): LaunchedService;
}
