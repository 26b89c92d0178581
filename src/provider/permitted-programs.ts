// Which programs this provider may run: those of its own context file, as it was read and as it is now.

import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { ContextdError } from '../base/errors.js';
import { programOf, type ProgramCommand, type TaskService } from '../model/context.js';
import { readContext, type ContextFile } from '../model/read-context.js';

/**
 * Whoever reaches the bus could otherwise run anything here. Whoever may write the file decides: after an
 * edit its new commands can be loaded, by a reload for instance.
 */
export class PermittedPrograms {
  readonly #file: ContextFile;
  readonly #known: ProgramCommand[];

  constructor(file: ContextFile) {
    this.#file = file;
    this.#known = [...programsOf(file)];
  }

  /** Throws SVC_PROGRAM_REFUSED unless the file has, for any service, a command that runs the same. */
  check(service: TaskService): void {
    const command = programOf(service);
    if (command === undefined || this.#has(command)) return;
    // What was permitted once stays so: a service must be able to restart while its file is being edited.
    this.#known.push(...this.#readAgain().filter((each) => !this.#has(each)));
    if (this.#has(command)) return;
    const what = [command.program, ...command.arg].join(' ');
    throw new ContextdError(
      'SVC_PROGRAM_REFUSED',
      `${service.id}: ${this.#file.path} has no such <command>: ${what}`,
      { hint: 'put a <command> with the same program, arguments, cwd, env and user into that file' },
    );
  }

  #has(command: ProgramCommand): boolean {
    const wanted = executedPart(command);
    return this.#known.some((each) => isDeepStrictEqual(executedPart(each), wanted));
  }

  #readAgain(): readonly ProgramCommand[] {
    try {
      return programsOf(readContext(readFileSync(this.#file.path, 'utf8'), this.#file.path));
    } catch {
      return []; // Gone, or in the middle of an edit.
    }
  }
}

function programsOf({ configuration }: ContextFile): readonly ProgramCommand[] {
  return configuration.TaskService.flatMap((service) => programOf(service) ?? []);
}

/** When it is ready and what is told of it does no harm. */
function executedPart({ program, arg, cwd, env, user }: ProgramCommand): unknown {
  return { program, arg, cwd, env, user };
}
