// Checks where <env> and <env_file> are allowed.

import { CONFIGURATION_PATH } from '../command-view.js';
import type { Finding } from '../../xml/fault.js';
import type { LenientContext, LenientService } from '../lenient-view.js';

/** Threads share the environment of one process, and a program declares its variables in <command>. */
export function environmentsAreOfProcesses({ services }: LenientContext): readonly Finding[] {
  return services.flatMap((service) =>
    namesOf(service).flatMap((name): readonly Finding[] => {
      const path = [...service.path, ...CONFIGURATION_PATH, name];
      if (service.command !== undefined)
        return [{ path, message: `<${name}> beside a <command>, allowed: in the <command>` }];
      if (service.serviceType !== 'Thread') return [];
      const message = `<${name}> with serviceType "Thread", allowed: with Process`;
      return [{ path, message, hint: 'threads share one process, and with it its environment' }];
    }),
  );
}

/** An `env` that is text is an own key of the task, not a set of variables. */
function namesOf({ env, envFile }: LenientService): readonly ('env' | 'env_file')[] {
  return [
    ...(env === undefined || typeof env === 'string' ? [] : (['env'] as const)),
    ...(envFile === undefined || envFile === '' ? [] : (['env_file'] as const)),
  ];
}
