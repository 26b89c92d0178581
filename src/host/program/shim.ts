// Runs a program that uses the protocol itself (<ready>heartbeat</ready>): its log, its stop signal, its end.

import { constants } from 'node:os';
import { asContextdError, reportError } from '../../base/errors.js';
import type { KeyPair } from '../../base/keys.js';
import type { HostProgram, KeysPayload, RunBootstrap } from '../../messages/host-bootstrap.js';
import type { HostedRun, RunEnd, RunPorts, StartRun } from '../hosted-run.js';
import { composeEnvironment } from './environment.js';
import { ProgramRun, type ProgramEnd } from './program-run.js';

/** The exit code of shells when a program cannot be started. */
const NOT_STARTED = 127;

export const startShim: StartRun = ({ bootstrap }, ports) => {
  const { program } = bootstrap;
  if (program === undefined) throw new Error(`${bootstrap.serviceId} is not a program`);
  return new Shim(bootstrap, program, ports);
};

/**
 *   provider <--events, heartbeats, commands--> program
 *      \--process: stop signal, exit code--> shim --stop signal--> /
 */
class Shim implements HostedRun {
  readonly ended: Promise<RunEnd>;
  readonly #ports: RunPorts;
  #run: ProgramRun | undefined;
  #isStopping = false;

  constructor(bootstrap: RunBootstrap, program: HostProgram, ports: RunPorts) {
    this.#ports = ports;
    this.ended = this.#perform(bootstrap, program);
  }

  /** The program has received the stop command on the bus before. */
  stop(): void {
    this.#isStopping = true;
    this.#run?.stop();
  }

  terminate(): void {
    this.#ports.endProcess();
  }

  crash(error: unknown): void {
    this.#ports.logFile.log.error(asContextdError(error).message);
    this.stop();
  }

  async #perform(bootstrap: RunBootstrap, program: HostProgram): Promise<RunEnd> {
    const { clock, host, groups, connection, logFile, security } = this.#ports;
    // The program subscribes itself; the connection only shows whether there is a provider.
    connection.publisher.onSubscribeTo('control', () => undefined);
    try {
      this.#run = await ProgramRun.start(program, {
        ...{ clock, groups },
        environment: composeEnvironment(bootstrap, program, host),
        keys: security && JSON.stringify(toPayload(security.keys)),
        log: logFile,
        line: () => undefined,
      });
    } catch (error) {
      logFile.log.error(asContextdError(error).message, { ...reportError(error) });
      return { exitCode: NOT_STARTED };
    }
    if (this.#isStopping) this.#run.stop();
    return toRunEnd(await this.#run.ended);
  }
}

function toPayload({ publicKey, secretKey }: KeyPair): KeysPayload {
  return { public_key: publicKey, secret_key: secretKey };
}

/** The exit code of a shell, should the signal not end this process. */
function toRunEnd({ exitCode, signal }: ProgramEnd): RunEnd {
  if (signal === undefined) return { exitCode: exitCode ?? 1 };
  return { exitCode: 128 + constants.signals[signal], signal };
}
