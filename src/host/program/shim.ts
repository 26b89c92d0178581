// Keeps a program that is a service by itself: its log, its stop signal, its end without a provider; says nothing.

import { constants } from 'node:os';
import { systemClock } from '../../base/clock.js';
import { asContextdError, reportError } from '../../base/errors.js';
import type { KeyPair } from '../../base/keys.js';
import type { LogFile } from '../../base/log-file.js';
import type { KeysPayload, HostBootstrap, HostProgram } from '../../messages/host-bootstrap.js';
import type { ConnectBus } from '../host-bus.js';
import { composeEnvironment } from './environment.js';
import { ProgramRun, type ProgramEnd } from './program-run.js';

/** As shells end when a program could not be started. */
const NOT_STARTED = 127;
/** How long a signal that we send ourselves may take to end us. */
const SIGNAL_MS = 200;

export interface ShimParts {
  readonly bootstrap: HostBootstrap;
  readonly program: HostProgram;
  /** Only to know whether there is a provider. */
  readonly connect: ConnectBus;
  readonly logFile: LogFile;
  /** Of the service: the program speaks in its name. Undefined without <Security>. */
  readonly keys: KeyPair | undefined;
  /** Ends what the program has left. */
  readonly endLeftovers: () => Promise<void>;
}

/**
 *   provider <--events, heartbeats, commands--> program
 *      \--process: stop signal, exit code--> keeper --stop signal--> /
 */
export class Shim {
  readonly #parts: ShimParts;
  #run: ProgramRun | undefined;
  #isStopping = false;

  constructor(parts: ShimParts) {
    this.#parts = parts;
  }

  /** Returns the program's exit code; ends this process by the signal that has ended the program. */
  async run(): Promise<number> {
    const { bootstrap, program, connect, logFile, keys } = this.#parts;
    const connection = connect([], () => undefined);
    // The program listens for itself; we only hold a connection.
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

  /** It was asked on the bus before, if it listens. */
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

/** The provider sees how we end, and takes it for the program's end. */
async function endAs({ exitCode, signal }: ProgramEnd): Promise<number> {
  if (signal === undefined) return exitCode ?? 1;
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
  // Node ignores some signals, which then do not end us.
  await new Promise<void>((resolve) => systemClock.after(SIGNAL_MS, resolve));
  return 128 + constants.signals[signal];
}
