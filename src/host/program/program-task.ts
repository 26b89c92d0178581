// The task of a service that is a program: starts it, waits until it is ready, reports its output and its end.

import { systemClock } from '../../base/clock.js';
import { createDeferred } from '../../base/deferred.js';
import { ContextdError } from '../../base/errors.js';
import type { HostProgram, RunBootstrap } from '../../messages/host-bootstrap.js';
import type { ServiceDefinition } from '../../task/service.js';
import { Task, type TaskConfiguration, type TaskContext } from '../../task/task.js';
import type { RunPorts } from '../hosted-run.js';
import { composeEnvironment } from './environment.js';
import { LineEvents } from './line-events.js';
import { isPortOpen } from './probe-port.js';
import type { OutputLog } from './output-printer.js';
import { openOutputs, ProgramRun, type Outputs, type ProgramEnd, type Stream } from './program-run.js';

/** The interval of port probes, in milliseconds. */
const PROBE_MS = 50;

/** Returns the service definition that the host runs for a program. */
export function programService(
  bootstrap: RunBootstrap,
  program: HostProgram,
  { host, groups, logFile: log }: Pick<RunPorts, 'host' | 'groups' | 'logFile'>,
): ServiceDefinition {
  // Opened early, while the host waits for the start command.
  const outputs = openOutputs(program);
  const environment = composeEnvironment(bootstrap, program, host);
  return {
    serviceNames: [],
    concerns: () => true,
    hearsEvents: false,
    build: (context) => new ProgramTask(context, program, { environment, groups, log, outputs }),
  };
}

interface ProgramParts extends Pick<RunPorts, 'groups'> {
  readonly environment: NodeJS.ProcessEnv;
  readonly log: OutputLog;
  readonly outputs: Outputs;
}

export class ProgramTask extends Task {
  readonly #program: HostProgram;
  readonly #parts: ProgramParts;
  readonly #events: LineEvents;
  readonly #lineSeen = createDeferred<void>();
  #readyLine: RegExp | undefined;
  #run: ProgramRun | undefined;

  constructor(context: TaskContext<TaskConfiguration>, program: HostProgram, parts: ProgramParts) {
    super(context);
    const { ready, events } = program;
    this.#program = program;
    this.#parts = parts;
    this.#readyLine = ready.kind === 'line' ? new RegExp(ready.pattern) : undefined;
    const notify = (items: Readonly<Record<string, unknown>>) => this.notify('updated', items);
    this.#events = new LineEvents({
      kind: events,
      now: () => systemClock.monotonic(),
      log: this.log,
      notify,
    });
  }

  override async onStart(): Promise<void> {
    await this.#rejectOccupiedPort();
    const run = await this.#start();
    const isReady = await Promise.race([this.#waitUntilReady(run), run.ended.then(() => false)]);
    if (isReady && !this.signal.aborted) {
      // The host reports `started` next; the events of lines printed so far must follow it.
      setImmediate(() => this.#events.open());
      return;
    }
    const end = await run.ended;
    this.signal.throwIfAborted();
    throw this.#endError(end, ' before it was ready');
  }

  override async perform(): Promise<void> {
    const end = await this.#run?.ended;
    this.#events.open();
    this.#events.close();
    if (this.signal.aborted || end === undefined || end.exitCode === 0) return;
    throw this.#endError(end, '');
  }

  async #start(): Promise<ProgramRun> {
    const { outputs, ...parts } = this.#parts;
    const ports = {
      ...parts,
      clock: systemClock,
      line: (text: string, stream: Stream) => {
        this.#checkReadyLine(text);
        if (stream === 'stdout') this.#events.push(text);
      },
    };
    const run = await ProgramRun.start(this.#program, ports, outputs);
    this.#run = run;
    if (this.signal.aborted) run.stop();
    else this.signal.addEventListener('abort', () => run.stop(), { once: true });
    return run;
  }

  #checkReadyLine(text: string): void {
    if (this.#readyLine?.test(text) !== true) return;
    this.#readyLine = undefined;
    this.#lineSeen.resolve();
  }

  async #waitUntilReady(run: ProgramRun): Promise<boolean> {
    const { ready } = this.#program;
    if (ready.kind === 'line') await this.#lineSeen.promise;
    if (ready.kind !== 'port') return true;
    while (!run.hasEnded && !this.signal.aborted) {
      if (await isPortOpen(ready.port)) return true;
      await this.pause(PROBE_MS);
    }
    return false;
  }

  /** The open port of another process would make the program look ready. */
  async #rejectOccupiedPort(): Promise<void> {
    const { ready } = this.#program;
    if (ready.kind !== 'port' || !(await isPortOpen(ready.port))) return;
    throw new ContextdError(
      'SVC_LAUNCH_FAILED',
      `port ${ready.port} is already in use before the program has started`,
      {
        hint: `stop the process that listens on port ${ready.port}, or give the program another port`,
      },
    );
  }

  #endError({ exitCode, signal }: ProgramEnd, when: string): ContextdError {
    const how = signal === undefined ? `ended with exit code ${exitCode ?? '?'}` : `was ended by ${signal}`;
    return new ContextdError('SVC_EXITED', `${this.identity.serviceId}: the program ${how}${when}`, {
      hint: 'read the last lines of its log',
      details: {
        ...(exitCode === undefined ? {} : { exit_code: exitCode }),
        ...(signal === undefined ? {} : { signal }),
      },
    });
  }
}
