// Finds missing code, programs and variables of a context file, for `--check`.

import { asContextdError } from '../base/errors.js';
import { programOf, type TaskService } from '../model/context.js';
import type { ContextFile } from '../model/read/read-context.js';
import { locateProgram } from './locate-program.js';
import { locateService, serviceRootsOf } from './locate-service.js';
import { readEnvironment } from './read-environment.js';

/** Returns the errors that would prevent services from starting, as `service: message (hint)`. */
export function findMissingCode(file: ContextFile, namedRoots: readonly string[]): readonly string[] {
  const roots = serviceRootsOf(file, namedRoots);
  return file.configuration.TaskService.flatMap((service) => {
    try {
      locate(service, file, roots);
      return [];
    } catch (error) {
      const { message, hint } = asContextdError(error);
      return [hint === undefined ? message : `${message} (${hint})`];
    }
  });
}

function locate(service: TaskService, { folder }: ContextFile, roots: readonly string[]): void {
  const command = programOf(service);
  if (command !== undefined) {
    locateProgram(service, command, folder);
    return;
  }
  locateService(service, roots);
  readEnvironment(service);
}
