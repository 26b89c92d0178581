// Permits only programs and environments of the provider's own context file, as it was read at the start and as it is now.

import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { ContextdError } from '../base/errors.js';
import { shorten } from '../base/shorten.js';
import { environmentOf, programOf, type TaskService } from '../model/context.js';
import type { ProgramCommand } from '../model/program.js';
import { readContext, type ContextFile } from '../model/read/read-context.js';

/**
 * Otherwise any client on the bus could run any program on this machine. Users who may write the file decide: after an
 * edit its new commands can be used, for example by a reload.
 */
export class PermittedPrograms {
  readonly #file: ContextFile;
  readonly #known: unknown[];

  constructor(file: ContextFile) {
    this.#file = file;
    this.#known = [...executedBy(file)];
  }

  /** Throws SVC_PROGRAM_REFUSED unless a service of the file runs the same program in the same environment. */
  check(service: TaskService): void {
    const wanted = executedPart(service);
    if (wanted === undefined || this.#has(wanted)) return;
    // A program stays permitted, so that a service can restart while the file is being edited.
    this.#known.push(...this.#readAgain().filter((each) => !this.#has(each)));
    if (!this.#has(wanted)) throw this.#refusal(service);
  }

  #refusal(service: TaskService): ContextdError {
    const command = programOf(service);
    const { path } = this.#file;
    if (command === undefined) {
      const message = `${service.id}: ${path} has no service with this <env> and <env_file>`;
      const hint = 'add a service with the same variables to that file';
      return new ContextdError('SVC_PROGRAM_REFUSED', message, { hint });
    }
    const what = [command.program, ...command.arg].join(' ');
    return new ContextdError(
      'SVC_PROGRAM_REFUSED',
      `${service.id}: ${path} has no such <command>: ${shorten(what)}`,
      {
        hint: 'add a <command> with the same program, arguments, cwd, env, user and limits to that file',
      },
    );
  }

  #has(wanted: unknown): boolean {
    return this.#known.some((each) => isDeepStrictEqual(each, wanted));
  }

  #readAgain(): readonly unknown[] {
    try {
      return executedBy(readContext(readFileSync(this.#file.path, 'utf8'), this.#file.path));
    } catch {
      return []; // The file was removed or is being edited.
    }
  }
}

function executedBy({ configuration }: ContextFile): readonly unknown[] {
  return configuration.TaskService.flatMap((service) => executedPart(service) ?? []);
}

/** The security-relevant part; undefined for a service with code and without variables. */
function executedPart(service: TaskService): unknown {
  const command = programOf(service);
  if (command !== undefined) return executedOf(command);
  const { env, file } = environmentOf(service);
  return file === '' && Object.keys(env).length === 0 ? undefined : { env, file };
}

/** Without readiness and output events, which are not security-relevant. */
function executedOf(command: ProgramCommand): unknown {
  const { program, arg, cwd, env, env_file: file, user, umask, rlimits, stdin, stop_to: stopTo } = command;
  return { program, arg, cwd, env, file, user, umask, rlimits, stdin, stopTo };
}
