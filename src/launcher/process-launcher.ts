// Starts the processes of hosts and adopts those of an earlier provider.

import { constants } from 'node:os';
import type { Clock } from '../base/clock.js';
import { createDeferred } from '../base/deferred.js';
import { hasErrnoCode } from '../base/errors.js';
import { findNodeExecutable } from '../base/find-node-executable.js';
import type { KeyPair } from '../base/keys.js';
import type { Supervision } from '../model/context.js';
import { holdsPid, readProcessId, isSameProcess } from '../processes/process-table.js';
import type { RunTracker, TrackedRun } from '../processes/run-tracker.js';
import type { AdoptRequest, LaunchedService, Launcher } from './launcher.js';
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

export interface ProcessLauncher extends Pick<Launcher, 'adopt'> {
  /** Throws SVC_LAUNCH_FAILED. */
  launch(request: ProcessRequest): Promise<LaunchedService>;
}

export function createProcessLauncher(options: ProcessLauncherOptions): ProcessLauncher {
  const oomKills = new OomKills();
  return {
    launch: (request) => launch(options, request, oomKills),
    adopt: (request) => adopt(options, request, oomKills),
  };
}

async function launch(
  options: ProcessLauncherOptions,
  request: ProcessRequest,
  oomKills: OomKills,
): Promise<LaunchedService> {
  const { token, supervision } = request;
  const { tracker, hostProgram, workingFolder, keys } = options;
  const { serviceId } = request.bootstrap;
  const command = [...flagsOf(request), hostProgram, serviceId];
  const tracks = tracker.prepare(token, [findNodeExecutable(), ...command]);
  const { child, logSize } = spawnHost(request, { ...tracks, workingFolder, keys });
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
      (oomKills.hasRisen() && signal === 'SIGKILL') || isHeapFull(end, request.bootstrap.log.out, logSize);
    exited.resolve({ ...end, ...(isOutOfMemory ? { isOutOfMemory } : {}) });
  });
  const pid = await started.promise;
  const { controlGroup } = tracks;
  const leader = readProcessId(pid);
  return createRun(options, supervision, {
    ...{ pid, exited: exited.promise },
    tracked: tracker.track({ token, leader, controlGroup }),
    isAlive: () => leader === undefined || holdsPid(leader),
  });
}

/** Threads and forked children of the service inherit the flags. */
function flagsOf({ bootstrap: { runsIn, runs } }: ProcessRequest): readonly string[] {
  const loader = runsIn === 'main_thread' ? runs[0]?.bootstrap.loader : undefined;
  return loader === undefined ? [] : ['--import', loader];
}

/** An adopted process is not a child of this provider and emits no exit event, so it is polled. */
function adopt(options: ProcessLauncherOptions, request: AdoptRequest, oomKills: OomKills): LaunchedService {
  const { clock, tracker } = options;
  const { process, token, supervision } = request;
  const isAlive = () => isSameProcess(process);
  const exited = createDeferred<ExitStatus>();
  const poll = () => {
    if (isAlive()) {
      clock.after(ADOPTED_POLL_MS, poll);
      return;
    }
    const cause = oomKills.hasRisen() ? ({ signal: 'SIGKILL', isOutOfMemory: true } as const) : {};
    exited.resolve({ exitCode: undefined, signal: undefined, ...cause });
  };
  poll();
  const tracked = tracker.trackExisting(token, process);
  return createRun(options, supervision, { pid: process.pid, exited: exited.promise, tracked, isAlive });
}

interface RunningProcess {
  readonly pid: number;
  readonly exited: Promise<ExitStatus>;
  readonly tracked: TrackedRun;
  /** False when the pid may belong to another process. */
  readonly isAlive: () => boolean;
}

function createRun(
  { clock, tracker }: ProcessLauncherOptions,
  supervision: Supervision,
  { pid, exited, tracked, isAlive }: RunningProcess,
): LaunchedService {
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
