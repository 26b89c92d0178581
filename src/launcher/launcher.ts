// What the supervisor needs of a launcher: start one kind of service, stop it, say when it ended.

import type { HostBootstrap } from '../messages/host-bootstrap.js';
import type { Supervision } from '../model/context.js';
import type { ProcessEntry } from '../processes/process-table.js';

export interface LaunchRequest {
  readonly bootstrap: HostBootstrap;
  readonly supervision: Supervision;
  /** Where standard output and error go, as an absolute path. */
  readonly logFile: string;
  readonly workingFolder: string;
  /** Added to the environment of a service that is no program; none when left out. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Marks every process of this run; see processes/run-token.ts. */
  readonly token: string;
}

/** A service that an earlier provider has launched. */
export interface AdoptRequest {
  readonly process: ProcessEntry;
  readonly token: string;
  readonly supervision: Supervision;
}

export interface ProcessEnd {
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
  /** The task used more memory than it may. */
  readonly isOutOfMemory?: boolean;
  /** Processes of the service that did not end by themselves, as `pid (name)`. */
  readonly killed: readonly string[];
  /** Those that could not be ended. */
  readonly left?: readonly string[];
}

export interface LaunchedService {
  readonly pid: number;
  /** Resolves when the process and everything it left behind are gone; never rejects. */
  readonly ended: Promise<ProcessEnd>;
  /**
   * Climbs the stop ladder; `ask` asks on the bus and says whether anybody heard. Idempotent; a later
   * call with `atOnce` kills what an earlier one still waits for.
   */
  stop(ask: () => boolean, atOnce: boolean): void;
}

export interface Launcher {
  /** Throws SVC_LAUNCH_FAILED. */
  launch(order: LaunchRequest): Promise<LaunchedService>;
  adopt(order: AdoptRequest): LaunchedService;
}
