// What of a context's code is not here: said when a file is checked, before anything runs.

import { asContextdError } from '../base/errors.js';
import { programOf, type TaskService } from '../model/context.js';
import type { ContextFile } from '../model/read/read-context.js';
import { locateProgram } from './locate-program.js';
import { locateService, serviceRootsOf } from './locate-service.js';
import { readEnvironment } from './read-environment.js';

/** What would keep services of a file from running here and now, as `service: what (what to do)`. */
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
