// One run of a program: started, its output read line by line, signalled, its end told.

import { spawn, type ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';
import type { Clock } from '../../base/clock.js';
import { createDeferred } from '../../base/deferred.js';
import { ContextdError, hasErrnoCode, messageOf } from '../../base/errors.js';
import { handOver } from '../../base/hand-over.js';
import { KEYS_DESCRIPTOR, type HostProgram } from '../../messages/host-bootstrap.js';
import { LineCutter, type Cut } from './line-cutter.js';
import { forgetGroup, noteGroup, signalGroup } from './started-groups.js';

/** How long what a program has printed may take to arrive, when others still hold its output open. */
const DRAIN_MS = 500;

export type Stream = 'stdout' | 'stderr';

export interface RunPorts {
  readonly clock: Clock;
  readonly environment: NodeJS.ProcessEnv;
  /** For the program alone, at its KEYS_DESCRIPTOR; one that does not read it is none the worse. */
  readonly keys?: string | undefined;
  /** Gets all that is printed, whole lines at a time. */
  print(bytes: Uint8Array): void;
  /** Gets every whole line, after it was printed. */
  line(text: string, stream: Stream): void;
}

export interface ProgramEnd {
  readonly exitCode: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
}

export class ProgramRun {
  /** Resolves when it is gone and its output has been read. */
  readonly ended: Promise<ProgramEnd>;
  #hasEnded = false;
  readonly #program: HostProgram;
  readonly #group: number;

  private constructor(program: HostProgram, child: ChildProcess, ports: RunPorts) {
    this.#program = program;
    this.#group = child.pid ?? 0;
    noteGroup(this.#group);
    this.ended = this.#awaitEnd(child, ports);
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Throws SVC_PROGRAM_..., SVC_USER_REFUSED or SVC_LAUNCH_FAILED. */
  static async start(program: HostProgram, ports: RunPorts): Promise<ProgramRun> {
    const { file, args, cwd, user } = program;
    const spawned = createDeferred<void>();
    // What is thrown before it is awaited has been told already.
    spawned.promise.catch(() => undefined);
    try {
      const child = spawn(file, args, {
        cwd,
        env: ports.environment,
        // A group of its own: see started-groups.
        detached: true,
        stdio: ['ignore', 'pipe', 'pipe', ...(ports.keys === undefined ? [] : ['pipe' as const])],
        ...(user === undefined ? {} : { uid: user.uid, gid: user.gid }),
      });
      child.once('spawn', () => spawned.resolve());
      child.once('error', (error) => spawned.reject(error));
      if (ports.keys !== undefined) handOver(child, KEYS_DESCRIPTOR, ports.keys);
      const run = child.pid === undefined ? undefined : new ProgramRun(program, child, ports);
      await spawned.promise;
      if (run === undefined) throw new Error('it has no pid');
      return run;
    } catch (cause) {
      throw spawnError(program, cause);
    }
  }

  /** Its stop signal, to all of its group, as a terminal would. */
  stop(): void {
    if (!this.#hasEnded) signalGroup(this.#group, this.#program.stopSignal);
  }

  async #awaitEnd(child: ChildProcess, ports: RunPorts): Promise<ProgramEnd> {
    const closed = createDeferred<void>();
    child.once('close', () => closed.resolve());
    const finish = [readLines(child.stdout, 'stdout', ports), readLines(child.stderr, 'stderr', ports)];
    const exited = createDeferred<ProgramEnd>();
    child.once('exit', (code, signal) =>
      exited.resolve({ exitCode: code ?? undefined, signal: signal ?? undefined }),
    );
    const end = await exited.promise;
    this.#hasEnded = true;
    const cancel = ports.clock.after(DRAIN_MS, () => closed.resolve());
    await closed.promise;
    cancel();
    for (const tellRest of finish) tellRest();
    // What runs as another user may hide the token by which the provider finds leftovers.
    if (this.#program.user !== undefined) signalGroup(this.#group, 'SIGKILL');
    forgetGroup(this.#group);
    return end;
  }
}

/** Returns what tells the rest, when no more is to come. */
function readLines(stream: Readable | null, name: Stream, ports: RunPorts): () => void {
  const cutter = new LineCutter();
  const tell = ({ printable, lines }: Cut) => {
    if (printable.length > 0) ports.print(printable);
    for (const line of lines) ports.line(line, name);
  };
  stream?.on('data', (chunk: Buffer) => tell(cutter.take(chunk)));
  return () => {
    stream?.destroy();
    tell(cutter.end());
  };
}

/** The provider has looked before; what is told here, only trying shows. */
function spawnError({ file, user }: HostProgram, cause: unknown): ContextdError {
  const text = messageOf(cause);
  if (hasErrnoCode(cause, 'ENOENT')) {
    return new ContextdError('SVC_PROGRAM_NOT_FOUND', `${file} cannot be started: ${text}`, {
      cause,
      hint: 'correct the interpreter that its first line (#!) names',
    });
  }
  if (hasErrnoCode(cause, 'EACCES', 'ENOEXEC')) {
    const who = user === undefined ? '' : ` as ${user.name}`;
    return new ContextdError('SVC_PROGRAM_NOT_EXECUTABLE', `${file} cannot be started${who}: ${text}`, {
      cause,
      hint: 'see that the file and the folder it runs in are open to that user, and that it is a program',
    });
  }
  if (hasErrnoCode(cause, 'EPERM')) {
    return new ContextdError(
      'SVC_USER_REFUSED',
      `${file} cannot be started as ${user?.name ?? 'this user'}: ${text}`,
      {
        cause,
        hint: 'run the provider as root or as that user, or leave <user> out',
      },
    );
  }
  return new ContextdError('SVC_LAUNCH_FAILED', `${file} cannot be started: ${text}`, { cause });
}
