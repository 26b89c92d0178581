// Starts the processes of hosts and adopts those of an earlier provider.

import { constants } from 'node:os';
import type { Clock } from '../base/clock.js';
import { createDeferred } from '../base/deferred.js';
import { hasErrnoCode } from '../base/errors.js';
import { findNodeExecutable } from '../base/find-node-executable.js';
import type { KeyPair } from '../base/keys.js';
import type { HostBootstrap } from '../messages/host-bootstrap.js';
import type { Supervision } from '../model/context.js';
import { holdsPid, readProcessId, isSameProcess } from '../processes/process-table.js';
import type { RunTracker, TrackedRun } from '../processes/run-tracker.js';
import type { AdoptRequest, LaunchedService } from './launcher.js';
import { isHeapFull, OomKills } from './out-of-memory.js';
import { LaunchedRun, type ExitStatus } from './launched-run.js';
import { launchError, spawnHost, type ProcessRequest } from './spawn-host.js';

/** The interval at which an adopted process is checked, in milliseconds. */
const ADOPTED_POLL_MS = 200;

export interface ProcessLauncherOptions {
  readonly clock: Clock;
  /** The entry point of the child: the compiled host/process/main.js. */
  readonly hostProgram: string;
  readonly workingFolder: string;
  readonly tracker: RunTracker;
  /** Issues the keys of each process; undefined for a provider without <Security>. */
  readonly keys?: { issue(token: string): KeyPair } | undefined;
}

export class ProcessLauncher {
  readonly #options: ProcessLauncherOptions;
  readonly #oomKills = new OomKills();

  constructor(options: ProcessLauncherOptions) {
    this.#options = options;
  }

  /** Throws SVC_LAUNCH_FAILED. */
  async launch(request: ProcessRequest): Promise<LaunchedService> {
    const { token, supervision, bootstrap } = request;
    const { tracker, hostProgram } = this.#options;
    const command = [...flagsOf(bootstrap), hostProgram, bootstrap.serviceId];
    const tracks = tracker.prepare(token, [findNodeExecutable(), ...command]);
    const { child, logSize } = spawnHost(request, { ...this.#options, ...tracks });
    // The child may outlive the provider. Only the bus keeps the provider alive.
    child.unref();
    const started = createDeferred<number>();
    child.once('spawn', () => started.resolve(child.pid ?? 0));
    child.once('error', (cause) => {
      tracker.abandon(tracks);
      started.reject(launchError(request, cause));
    });
    const exited = createDeferred<ExitStatus>();
    child.once('exit', (code, signal) => {
      const end = { exitCode: code ?? undefined, signal: signal ?? undefined };
      const isOutOfMemory =
        (this.#oomKills.hasRisen() && signal === 'SIGKILL') || isHeapFull(end, bootstrap.log.out, logSize);
      exited.resolve({ ...end, ...(isOutOfMemory ? { isOutOfMemory } : {}) });
    });
    const pid = await started.promise;
    const leader = readProcessId(pid);
    return this.#createRun(supervision, {
      ...{ pid, exited: exited.promise },
      tracked: tracker.track({ token, leader, controlGroup: tracks.controlGroup }),
      isAlive: () => leader === undefined || holdsPid(leader),
    });
  }

  /** An adopted process is not a child of this provider and emits no exit event, so it is polled. */
  adopt({ process, token, supervision }: AdoptRequest): LaunchedService {
    const { clock, tracker } = this.#options;
    const isAlive = () => isSameProcess(process);
    const exited = createDeferred<ExitStatus>();
    const poll = () => {
      if (isAlive()) {
        clock.after(ADOPTED_POLL_MS, poll);
        return;
      }
      const cause = this.#oomKills.hasRisen() ? ({ signal: 'SIGKILL', isOutOfMemory: true } as const) : {};
      exited.resolve({ exitCode: undefined, signal: undefined, ...cause });
    };
    poll();
    const tracked = tracker.trackExisting(token, process);
    return this.#createRun(supervision, { pid: process.pid, exited: exited.promise, tracked, isAlive });
  }

  #createRun(supervision: Supervision, { pid, exited, tracked, isAlive }: RunningProcess): LaunchedService {
    const { clock, tracker } = this.#options;
    const { stop_signal: wanted } = supervision;
    const signal = wanted in constants.signals ? (wanted as NodeJS.Signals) : 'SIGTERM';
    return new LaunchedRun({
      ...{ pid, supervision, clock, exited },
      members: tracked.selector,
      table: tracker.table,
      ask: () => {
        try {
          if (isAlive()) process.kill(pid, signal);
        } catch (error) {
          if (!hasErrnoCode(error, 'ESRCH')) throw error;
        }
      },
      onSwept: tracked.forget,
    });
  }
}

interface RunningProcess {
  readonly pid: number;
  readonly exited: Promise<ExitStatus>;
  readonly tracked: TrackedRun;
  /** False when the pid may belong to another process. */
  readonly isAlive: () => boolean;
}

/** Threads and forked children of the service inherit the flags. */
function flagsOf({ runsIn, runs }: HostBootstrap): readonly string[] {
  const loader = runsIn === 'main_thread' ? runs[0]?.bootstrap.loader : undefined;
  return loader === undefined ? [] : ['--import', loader];
}
