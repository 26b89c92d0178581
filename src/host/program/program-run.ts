// Runs a program once: starts it, reads its output line by line, signals it and reports its end.

import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import type { Readable } from 'node:stream';
import type { Clock } from '../../base/clock.js';
import { createDeferred } from '../../base/deferred.js';
import { sendSecret } from '../../base/secret-pipe.js';
import { KEYS_DESCRIPTOR, type HostProgram } from '../../messages/host-bootstrap.js';
import { signalLeader, type StartedGroups } from '../started-groups.js';
import { composeExecChain, readExecState, withGroupsOf, type ExecChain } from './exec-chain.js';
import { LineSplitter, type LineChunk } from './line-splitter.js';
import { closeDescriptors, openOutputPipes, type OutputPipe } from './output-pipes.js';
import { OutputPrinter, type OutputLog } from './output-printer.js';
import { spawnError, wrapperError } from './start-errors.js';

/** How long to read remaining output after the end when other processes hold the pipe open, in milliseconds. */
const DRAIN_MS = 500;
/** How long an incomplete line waits before it is printed, in milliseconds. */
const QUIET_MS = 100;
/** How often to check whether the wrappers have executed the program, and how often at most. */
const EXEC_POLL = { everyMs: 2, most: 500 };

export type Stream = 'stdout' | 'stderr';

export interface RunPorts {
  readonly clock: Clock;
  /** Registers the process group of the program. */
  readonly groups: StartedGroups;
  readonly environment: NodeJS.ProcessEnv;
  /** Sent to the program at its KEYS_DESCRIPTOR. A program may ignore them. */
  readonly keys?: string | undefined;
  /** Receives all output. */
  readonly log: OutputLog;
  /** Receives every complete line after it was printed. Without events all lines are reported as stdout. */
  line(text: string, stream: Stream): void;
}

export interface ProgramEnd {
  readonly exitCode: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
}

/** The output pipes, opened before they are needed. */
export type Outputs = Promise<readonly OutputPipe[]>;

/** Opens two pipes only for a program with events, which must distinguish standard output from standard error. */
export function openOutputs({ events }: HostProgram): Outputs {
  return openOutputPipes(events === 'none' ? 1 : 2);
}

export class ProgramRun {
  /** Resolves when the program has ended and its output has been read. */
  readonly ended: Promise<ProgramEnd>;
  #hasEnded = false;
  readonly #program: HostProgram;
  readonly #groups: StartedGroups;
  readonly #group: number;
  /** The last line of its output. */
  #lastLine = '';

  private constructor(
    program: HostProgram,
    child: ChildProcess,
    outputs: readonly Readable[],
    ports: RunPorts,
  ) {
    this.#program = program;
    this.#group = child.pid ?? 0;
    this.#groups = ports.groups;
    this.#groups.register(this.#group);
    this.ended = this.#waitForEnd(child, outputs, ports);
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Throws SVC_PROGRAM_..., SVC_USER_REFUSED or SVC_LAUNCH_FAILED. */
  static async start(
    program: HostProgram,
    ports: RunPorts,
    outputs = openOutputs(program),
  ): Promise<ProgramRun> {
    const pipes = await outputs;
    const spawned = createDeferred<void>();
    // An earlier error is thrown below; this promise is then not awaited.
    spawned.promise.catch(() => undefined);
    try {
      const { child, chain } = spawnProgram(program, ports, pipes);
      child.once('spawn', () => spawned.resolve());
      child.once('error', (error) => spawned.reject(error));
      if (ports.keys !== undefined) sendSecret(child, KEYS_DESCRIPTOR, ports.keys);
      const run =
        child.pid === undefined
          ? undefined
          : new ProgramRun(program, child, readablesOf(child, pipes), ports);
      await spawned.promise;
      if (run === undefined) throw new Error('it has no pid');
      await run.#waitForExec(chain.wrappers, ports.clock);
      return run;
    } catch (cause) {
      throw spawnError(program, cause);
    }
  }

  /** Sends the stop signal to the process group, as a terminal does, or to the program alone. */
  stop(): void {
    if (this.#hasEnded) return;
    const { stopSignal, stopTo } = this.#program;
    if (stopTo === 'leader') signalLeader(this.#group, stopSignal);
    else this.#groups.signal(this.#group, stopSignal);
  }

  /** Waits until the wrappers have executed the program. Throws if a wrapper has failed. */
  async #waitForExec(wrappers: readonly string[], clock: Clock): Promise<void> {
    let state = wrappers.length === 0 ? 'program' : 'wrapper';
    for (let polls = 0; polls < EXEC_POLL.most && state === 'wrapper'; polls += 1) {
      state = this.#hasEnded ? 'gone' : readExecState(this.#group, wrappers);
      if (state === 'wrapper') await new Promise<void>((resolve) => clock.after(EXEC_POLL.everyMs, resolve));
    }
    // The program itself may be one of these tools.
    if (state !== 'gone') return;
    const { exitCode } = await this.ended;
    const tool = wrappers
      .map((path) => path.slice(path.lastIndexOf('/') + 1))
      .find((name) => this.#lastLine.startsWith(`${name}: `));
    if (tool !== undefined && exitCode !== 0) throw wrapperError(this.#program, exitCode, this.#lastLine);
  }

  async #waitForEnd(child: ChildProcess, outputs: readonly Readable[], ports: RunPorts): Promise<ProgramEnd> {
    const closed = createDeferred<void>();
    const closings = outputs.map((stream) => new Promise((resolve) => stream.once('close', resolve)));
    void Promise.all(closings).then(() => closed.resolve());
    const printer = new OutputPrinter(ports.log);
    const readers = outputs.map((stream, index) => {
      const name = index === 0 ? 'stdout' : 'stderr';
      return readLines(stream, ports.clock, ({ lines, ...bytes }) => {
        printer.print(name, bytes);
        for (const line of lines) ports.line((this.#lastLine = line), name);
      });
    });
    const exited = createDeferred<ProgramEnd>();
    child.once('exit', (code, signal) =>
      exited.resolve({ exitCode: code ?? undefined, signal: signal ?? undefined }),
    );
    const end = await exited.promise;
    this.#hasEnded = true;
    const cancel = ports.clock.after(DRAIN_MS, () => closed.resolve());
    await closed.promise;
    cancel();
    for (const flush of readers) flush();
    // Processes of another user may hide the token by which the provider finds leftovers.
    if (this.#program.user !== undefined) this.#groups.signal(this.#group, 'SIGKILL');
    this.#groups.unregister(this.#group);
    return end;
  }
}

interface Spawned {
  readonly child: ChildProcess;
  readonly chain: ExecChain;
}

function spawnProgram(program: HostProgram, ports: RunPorts, pipes: readonly OutputPipe[]): Spawned {
  const { cwd, user, umask, stdin } = program;
  const outputs = pipes.map(({ descriptor }) => descriptor);
  const [out = 'pipe', err = outputs[0] ?? 'pipe'] = outputs;
  const before = umask === undefined ? undefined : process.umask(umask);
  try {
    return withGroupsOf(user, () => {
      const chain = composeExecChain(program);
      const stdio: StdioOptions = [stdin === 'open' ? 'pipe' : 'ignore', out, err];
      const child = spawn(chain.file, chain.args, {
        cwd,
        env: ports.environment,
        // A group of its own: see started-groups.
        detached: true,
        stdio: ports.keys === undefined ? stdio : [...stdio, 'pipe'],
        ...chain.ids,
      });
      return { child, chain };
    });
  } finally {
    if (before !== undefined) process.umask(before);
    closeDescriptors(pipes);
  }
}

/** Uses the pipes of Node if no FIFO could be created. */
function readablesOf(child: ChildProcess, pipes: readonly OutputPipe[]): readonly Readable[] {
  if (pipes.length > 0) return pipes.map(({ stream }) => stream);
  return [child.stdout, child.stderr].filter((stream) => stream !== null);
}

/** Returns a function that emits the rest and closes the stream. */
function readLines(stream: Readable, clock: Clock, emit: (cut: LineChunk) => void): () => void {
  const splitter = new LineSplitter();
  let cancel: (() => void) | undefined;
  stream.on('error', () => undefined); // Its end follows.
  stream.on('data', (chunk: Buffer) => {
    emit(splitter.push(chunk));
    if (!splitter.hasPartialLine) return;
    cancel ??= clock.after(QUIET_MS, () => {
      cancel = undefined;
      emit(splitter.flush());
    });
  });
  return () => {
    cancel?.();
    stream.destroy();
    emit(splitter.end());
  };
}
