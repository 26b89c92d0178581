// Finds the program of a task service and checks everything that would prevent its start.

import { statSync, type Stats } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { ContextdError } from '../base/errors.js';
import { isExecutable } from '../base/find-node-executable.js';
import type { HostProgram, ProgramReadiness } from '../messages/host-bootstrap.js';
import { supervisionOf, type ProgramCommand, type TaskService } from '../model/context.js';
import { findUser } from './find-user.js';
import { readEnvironment } from './read-environment.js';

const DEFAULT_PATH = '/usr/local/bin:/usr/bin:/bin';

/** `folder` is the context folder. Throws SVC_PROGRAM_..., SVC_USER_..., SVC_ENV_FILE or SVC_LAUNCH_FAILED. */
export function locateProgram(service: TaskService, command: ProgramCommand, folder: string): HostProgram {
  const { arg: args, events, user, umask } = command;
  const env = readEnvironment(service);
  return {
    file: findFile(service, { program: command.program, env }, folder),
    args,
    cwd: checkFolder(service, command.cwd === '' ? folder : command.cwd),
    env,
    user: user === '' ? undefined : findUser(service.id, user),
    ready: readinessOf(command),
    events,
    stdin: command.stdin,
    stopSignal: supervisionOf(service).stop_signal,
    stopTo: command.stop_to,
    umask: umask === '' ? undefined : Number.parseInt(umask, 8),
    rlimits: command.rlimits,
  };
}

function findFile(
  service: TaskService,
  { program, env }: Pick<ProgramCommand, 'program' | 'env'>,
  folder: string,
): string {
  const candidates = candidatesOf(program, env.PATH ?? process.env.PATH ?? DEFAULT_PATH, folder);
  const found = candidates.filter((path) => statOf(path) !== undefined);
  const [first] = found;
  if (first === undefined) throw notFound(service, program, candidates);
  const file = found.find(isExecutable);
  if (file !== undefined) return file;
  const what = statOf(first)?.isFile() === true ? 'is not executable' : 'is not a file';
  throw new ContextdError('SVC_PROGRAM_NOT_EXECUTABLE', `${service.id}: ${first} ${what}`, {
    hint: `chmod +x ${first}; or use its interpreter as <program> and the file as <arg>`,
  });
}

/** A name without a slash is searched in PATH as in a shell, and never in the current folder. */
function candidatesOf(program: string, path: string, folder: string): readonly string[] {
  if (isAbsolute(program)) return [program];
  if (program.includes('/')) return [join(folder, program)];
  return path
    .split(':')
    .filter(isAbsolute)
    .map((each) => join(each, program));
}

function notFound(service: TaskService, program: string, candidates: readonly string[]): ContextdError {
  const isPath = program.includes('/');
  const where = isPath
    ? `no program ${candidates.join('')}`
    : `no program "${program}" in PATH: ${candidates.map((each) => each.slice(0, -program.length - 1)).join(', ')}`;
  return new ContextdError('SVC_PROGRAM_NOT_FOUND', `${service.id}: ${where}`, {
    hint: isPath
      ? 'correct <program> in the context file; a relative path is relative to the context folder'
      : `install it, or correct <program> in the context file; one in the context folder is ./${program}`,
  });
}

function checkFolder(service: TaskService, cwd: string): string {
  if (statOf(cwd)?.isDirectory() === true) return cwd;
  throw new ContextdError('SVC_LAUNCH_FAILED', `${service.id}: the working folder ${cwd} does not exist`, {
    hint: 'create the folder, or correct <cwd> in the context file; the path is relative to the context folder',
  });
}

function readinessOf({ ready, ready_line: pattern, ready_port: port }: ProgramCommand): ProgramReadiness {
  switch (ready) {
    case 'line':
      return { kind: 'line', pattern };
    case 'port':
      return { kind: 'port', port: Number(port) };
    case 'started':
    case 'heartbeat':
      return { kind: ready };
  }
}

function statOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}
