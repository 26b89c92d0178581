// Checks of where the environment of a service may be set.

import { CONFIGURATION_PLACE } from '../command-outline.js';
import type { Finding } from '../../xml/fault.js';
import type { LenientContext, LenientService } from '../lenient-view.js';

/** Threads share the environment of one process, and a program has its own in its <command>. */
export function environmentsAreOfProcesses({ services }: LenientContext): readonly Finding[] {
  return services.flatMap((service) =>
    namesOf(service).flatMap((name): readonly Finding[] => {
      const path = [...service.path, ...CONFIGURATION_PLACE, name];
      if (service.command !== undefined)
        return [{ path, message: `<${name}> beside a <command>, allowed: in the <command>` }];
      if (service.serviceType !== 'Thread') return [];
      const message = `<${name}> with serviceType "Thread", allowed: with Process`;
      return [{ path, message, hint: 'threads share one process, and with it its environment' }];
    }),
  );
}

/** A text called env is a key of the task's own. */
function namesOf({ env, envFile }: LenientService): readonly ('env' | 'env_file')[] {
  return [
    ...(env === undefined || typeof env === 'string' ? [] : (['env'] as const)),
    ...(envFile === undefined || envFile === '' ? [] : (['env_file'] as const)),
  ];
}
