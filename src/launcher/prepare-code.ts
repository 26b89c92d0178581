// Prepares what a service runs before its process starts: checks that it is permitted, compiles its code, locates its program.

import { join } from 'node:path';
import type { Closers } from '../base/closers.js';
import { builtFile } from '../base/package.js';
import type { RunBootstrap } from '../messages/host-bootstrap.js';
import { programOf, type TaskService } from '../model/context.js';
import type { ContextFile } from '../model/read/read-context.js';
import { ServiceBuilder } from './build-service.js';
import { hashProgram } from './hash-program.js';
import { checkInstallation } from './installation.js';
import type { LaunchRequest } from './launcher.js';
import { locateProgram } from './locate-program.js';
import { checkLocation, locateService } from './locate-service.js';
import { PermittedPrograms } from './permitted-programs.js';
import { readEnvironment } from './read-environment.js';

/** The program that runs services. */
export const HOST_PROGRAM = builtFile('host/process/main.js');

export interface PreparedCode
  extends Pick<RunBootstrap, 'module' | 'loader' | 'program'>, Pick<LaunchRequest, 'env'> {
  /** Differs exactly when the code differs. */
  readonly codeHash: string;
}

/** Throws SVC_ errors when the code cannot be run. */
export type PrepareCode = (service: TaskService) => Promise<PreparedCode>;

interface PreparationOptions {
  readonly contextFolder: string;
  /** The folders that code may be loaded from. */
  readonly roots: readonly string[];
  /** Compiled code is kept in its folder `build`. */
  readonly stateFolder: string;
}

export function openPreparation(options: PreparationOptions, closers: Closers): PrepareCode {
  const { contextFolder, roots, stateFolder } = options;
  const builder = new ServiceBuilder(join(stateFolder, 'build'));
  closers.add(() => builder.close());
  return async (service) => {
    checkInstallation(HOST_PROGRAM);
    const command = programOf(service);
    if (command === undefined) {
      const code = await builder.build(locateService(service, roots));
      return { ...code, env: readEnvironment(service) };
    }
    const program = locateProgram(service, command, contextFolder);
    return { module: '', program, codeHash: hashProgram(program) };
  };
}

/** Returns a check that throws SVC_LOCATION_REFUSED or SVC_PROGRAM_REFUSED for code that this provider may not run. */
export function createCodeCheck(
  file: ContextFile,
  roots: readonly string[],
): (services: readonly TaskService[]) => void {
  const permitted = new PermittedPrograms(file);
  return (services) => {
    for (const service of services) {
      permitted.check(service);
      const { location } = service.Task.message.content.configuration;
      if (location !== '') checkLocation(service, location, roots);
    }
  };
}
