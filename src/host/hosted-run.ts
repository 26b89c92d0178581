// One run of a task in a host, wherever it is executed, and what it uses of its host.

import type { Clock } from '../base/clock.js';
import type { LogFile } from '../base/log-file.js';
import type { Connection } from '../bus/connection.js';
import type { ClientSecurity } from '../bus/security.js';
import type { HostBootstrap, HostRun } from '../messages/host-bootstrap.js';
import type { FrameReader } from './host-bus.js';
import type { ProviderPresence } from './provider-presence.js';
import type { StartedGroups } from './started-groups.js';

export interface HostedRun {
  /** Resolves when the run has ended and its messages and output have been processed; never rejects. */
  readonly ended: Promise<RunEnd>;
  /** Asks the task to end. */
  stop(): void;
  /** Ends the run at once, also in an endless loop. */
  terminate(): void;
  /** Ends a run in the main thread after an error that its code has not caught. */
  crash?(error: unknown): void;
  /** A subscriber for events of services has connected. */
  onSubscriber?(): void;
}

export interface RunEnd {
  readonly exitCode: number;
  /** The signal that has ended a program. */
  readonly signal?: NodeJS.Signals | undefined;
  /** The code of the Node error that ended a thread. */
  readonly errorCode?: string | undefined;
}

export interface RunPorts {
  readonly clock: Clock;
  readonly host: HostBootstrap;
  /** The keys of the process; undefined for a provider without <Security>. */
  readonly security: ClientSecurity | undefined;
  /** The process groups of its programs. */
  readonly groups: StartedGroups;
  /** Ends the process at once, with all processes that it has started. */
  readonly endProcess: () => void;
  readonly connection: Connection;
  /** Passes the frames of a topic to the run until it has ended. */
  readonly subscribe: (topic: string, read: FrameReader) => void;
  readonly presence: ProviderPresence;
  readonly logFile: LogFile;
}

/** Starts a run: in the main thread, as a program, in a worker thread. */
export type StartRun = (run: HostRun, ports: RunPorts) => HostedRun;
