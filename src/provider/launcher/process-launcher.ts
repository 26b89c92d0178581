// Starts services as processes of their own and stops them by the ladder.

import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, openSync, closeSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname } from 'node:path';
import type { Clock } from '../../base/clock.js';
import { createDeferred, type Deferred } from '../../base/deferred.js';
import { ContextdError, hasErrnoCode, messageOf } from '../../base/errors.js';
import { createUniqueId } from '../../base/ids.js';
import { BOOTSTRAP_VARIABLE, TOKEN_VARIABLE } from '../../messages/host-bootstrap.js';
import type { ProcessEnd } from '../snapshot.js';
import type { LaunchedService, Launcher, LaunchOrder } from './launcher.js';
import { sweep } from './sweep.js';

export interface ProcessLauncherOptions {
  readonly clock: Clock;
  /** The program in the child: the compiled task/host/main.js. */
  readonly hostProgram: string;
}

export function createProcessLauncher(options: ProcessLauncherOptions): Launcher {
  return { launch: (order) => launch(options, order) };
}

async function launch(options: ProcessLauncherOptions, order: LaunchOrder): Promise<LaunchedService> {
  const token = createUniqueId();
  const child = spawnHost(options.hostProgram, order, token);
  const started = createDeferred<number>();
  child.once('spawn', () => started.resolve(child.pid ?? 0));
  child.once('error', (cause) => started.reject(launchError(order, cause)));
  const pid = await started.promise;
  return new ProcessService(child, { pid, token, order, clock: options.clock });
}

/** In a session of its own: Ctrl-C in our terminal, and our end, do not reach it. */
function spawnHost(hostProgram: string, order: LaunchOrder, token: string): ChildProcess {
  const env = {
    ...process.env,
    [BOOTSTRAP_VARIABLE]: JSON.stringify(order.bootstrap),
    [TOKEN_VARIABLE]: token,
  };
  const log = openLog(order);
  try {
    return spawn(process.execPath, [hostProgram, order.bootstrap.serviceId], {
      cwd: order.workingFolder,
      detached: true,
      stdio: ['ignore', log, log],
      env,
    });
  } catch (cause) {
    throw launchError(order, cause);
  } finally {
    closeSync(log);
  }
}

function openLog(order: LaunchOrder): number {
  try {
    mkdirSync(dirname(order.logFile), { recursive: true });
    return openSync(order.logFile, 'a', 0o600);
  } catch (cause) {
    throw launchError(order, cause);
  }
}

interface ProcessParts {
  readonly pid: number;
  readonly token: string;
  readonly order: LaunchOrder;
  readonly clock: Clock;
}

/**
 *   ask on the bus --half of stop_timeout--> stop signal --stop_timeout--> SIGKILL to all of it
 *   (nobody heard: the signal at once)                                     then, always: sweep what it left
 */
class ProcessService implements LaunchedService {
  readonly pid: number;
  readonly ended: Promise<ProcessEnd>;
  readonly #parts: ProcessParts;
  readonly #exited: Deferred<Omit<ProcessEnd, 'killed'>> = createDeferred();
  readonly #killed: string[] = [];
  #isStopping = false;
  #cancelTimer: () => void = () => undefined;

  constructor(child: ChildProcess, parts: ProcessParts) {
    this.#parts = parts;
    this.pid = parts.pid;
    child.once('exit', (code, signal) => {
      this.#exited.resolve({ exitCode: code ?? undefined, signal: signal ?? undefined });
    });
    this.ended = this.#end();
  }

  stop(ask: () => boolean, atOnce: boolean): void {
    if (atOnce) {
      this.#cancelTimer();
      void this.#kill();
    } else if (!this.#isStopping) {
      this.#isStopping = true;
      if (ask()) this.#after(this.#halfTimeMs(), () => this.#signal());
      else this.#signal();
    }
  }

  #signal(): void {
    const wanted = this.#parts.order.supervision.stop_signal;
    const signal = wanted in constants.signals ? (wanted as NodeJS.Signals) : 'SIGTERM';
    try {
      process.kill(this.pid, signal);
    } catch (error) {
      if (!hasErrnoCode(error, 'ESRCH')) throw error;
    }
    this.#after(this.#halfTimeMs(), () => void this.#kill());
  }

  async #kill(): Promise<void> {
    this.#killed.push(...(await sweep({ token: this.#parts.token, group: this.pid })));
  }

  async #end(): Promise<ProcessEnd> {
    const end = await this.#exited.promise;
    this.#cancelTimer();
    await this.#kill();
    return { ...end, killed: this.#killed };
  }

  #halfTimeMs(): number {
    return this.#parts.order.supervision.stop_timeout_s * 500;
  }

  #after(delayMs: number, act: () => void): void {
    this.#cancelTimer = this.#parts.clock.after(delayMs, act);
  }
}

function launchError(order: LaunchOrder, cause: unknown): ContextdError {
  const { serviceId } = order.bootstrap;
  return new ContextdError(
    'SVC_LAUNCH_FAILED',
    `cannot start a process for ${serviceId}: ${messageOf(cause)}`,
    {
      cause,
      hint: 'see whether the folder of the context can be written and the machine has processes left',
    },
  );
}
