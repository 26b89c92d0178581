// Which programs this provider may run, and in which environment: those of its own context file, as it was read and as it is now.

import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { ContextdError } from '../base/errors.js';
import { shorten } from '../base/shorten.js';
import { environmentOf, programOf, type TaskService } from '../model/context.js';
import type { ProgramCommand } from '../model/program.js';
import { readContext, type ContextFile } from '../model/read/read-context.js';

/**
 * Any client that reaches the bus could otherwise run anything here. Who may write the file decides: after an
 * edit its new commands can be loaded, by a reload for instance.
 */
export class PermittedPrograms {
  readonly #file: ContextFile;
  readonly #known: unknown[];

  constructor(file: ContextFile) {
    this.#file = file;
    this.#known = [...executedBy(file)];
  }

  /** Throws SVC_PROGRAM_REFUSED unless the file has, for any service, what runs the same. */
  check(service: TaskService): void {
    const wanted = executedPart(service);
    if (wanted === undefined || this.#has(wanted)) return;
    // What was permitted once stays so: a service must be able to restart while its file is being edited.
    this.#known.push(...this.#readAgain().filter((each) => !this.#has(each)));
    if (!this.#has(wanted)) throw this.#refusal(service);
  }

  #refusal(service: TaskService): ContextdError {
    const command = programOf(service);
    const { path } = this.#file;
    if (command === undefined) {
      const message = `${service.id}: ${path} has no service with this <env> and <env_file>`;
      const hint = 'put a service with the same variables into that file';
      return new ContextdError('SVC_PROGRAM_REFUSED', message, { hint });
    }
    const what = [command.program, ...command.arg].join(' ');
    return new ContextdError(
      'SVC_PROGRAM_REFUSED',
      `${service.id}: ${path} has no such <command>: ${shorten(what)}`,
      {
        hint: 'put a <command> with the same program, arguments, cwd, env, user and limits into that file',
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
      return []; // Gone, or in the middle of an edit.
    }
  }
}

function executedBy({ configuration }: ContextFile): readonly unknown[] {
  return configuration.TaskService.flatMap((service) => executedPart(service) ?? []);
}

/** What could do harm; undefined for a service with code of its own and nothing in its environment. */
function executedPart(service: TaskService): unknown {
  const command = programOf(service);
  if (command !== undefined) return executedOf(command);
  const { env, file } = environmentOf(service);
  return file === '' && Object.keys(env).length === 0 ? undefined : { env, file };
}

/** When it is ready and what is told of it does no harm. */
function executedOf(command: ProgramCommand): unknown {
  const { program, arg, cwd, env, env_file: file, user, umask, rlimits, stdin, stop_to: stopTo } = command;
  return { program, arg, cwd, env, file, user, umask, rlimits, stdin, stopTo };
}
