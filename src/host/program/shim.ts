// Runs a program that uses the protocol itself (<ready>heartbeat</ready>): its log, stop signal and orphan watchdog.

import { constants } from 'node:os';
import { systemClock } from '../../base/clock.js';
import { asContextdError, reportError } from '../../base/errors.js';
import type { KeyPair } from '../../base/keys.js';
import type { LogFile } from '../../base/log-file.js';
import type { KeysPayload, HostBootstrap, HostProgram } from '../../messages/host-bootstrap.js';
import type { ConnectBus } from '../host-bus.js';
import { composeEnvironment } from './environment.js';
import { ProgramRun, type ProgramEnd } from './program-run.js';

/** The exit code of shells when a program cannot be started. */
const NOT_STARTED = 127;
/** How long a signal that this process sends to itself may take, in milliseconds. */
const SIGNAL_MS = 200;

export interface ShimParts {
  readonly bootstrap: HostBootstrap;
  readonly program: HostProgram;
  /** Used only to detect whether there is a provider. */
  readonly connect: ConnectBus;
  readonly logFile: LogFile;
  /** The keys of the service, for the program. Undefined without <Security>. */
  readonly keys: KeyPair | undefined;
  /** Ends the processes that the program has left running. */
  readonly endLeftovers: () => Promise<void>;
}

/**
 *   provider <--events, heartbeats, commands--> program
 *      \--process: stop signal, exit code--> shim --stop signal--> /
 */
export class Shim {
  readonly #parts: ShimParts;
  #run: ProgramRun | undefined;
  #isStopping = false;

  constructor(parts: ShimParts) {
    this.#parts = parts;
  }

  /** Returns the exit code of the program. Ends this process with the signal that has ended the program. */
  async run(): Promise<number> {
    const { bootstrap, program, connect, logFile, keys } = this.#parts;
    const connection = connect([], () => undefined);
    // The program subscribes itself; the shim only keeps a connection.
    connection.publisher.onSubscribeTo('control', () => undefined);
    try {
      this.#run = await ProgramRun.start(program, {
        clock: systemClock,
        environment: composeEnvironment(bootstrap, program),
        keys: keys && JSON.stringify(toPayload(keys)),
        log: logFile,
        line: () => undefined,
      });
    } catch (error) {
      logFile.log.error(asContextdError(error).message, { ...reportError(error) });
      return NOT_STARTED;
    }
    if (this.#isStopping) this.#run.stop();
    const end = await this.#run.ended;
    await connection.close();
    await this.#parts.endLeftovers();
    return await endAs(end);
  }

  /** The program has received the stop command on the bus before. */
  stop(): void {
    this.#isStopping = true;
    this.#run?.stop();
  }

  crash(error: unknown): void {
    this.#parts.logFile.log.error(asContextdError(error).message);
    this.stop();
  }
}

function toPayload({ publicKey, secretKey }: KeyPair): KeysPayload {
  return { public_key: publicKey, secret_key: secretKey };
}

/** The provider takes the end of this process for the end of the program. */
async function endAs({ exitCode, signal }: ProgramEnd): Promise<number> {
  if (signal === undefined) return exitCode ?? 1;
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
  // Node ignores some signals; they do not end this process.
  await new Promise<void>((resolve) => systemClock.after(SIGNAL_MS, resolve));
  return 128 + constants.signals[signal];
}
