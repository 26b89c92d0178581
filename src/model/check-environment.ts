// Checks of what services are to find in their environment: the same rules for programs and for code of one's own.

import { CONFIGURATION_PLACE, commandsOf, isRecord, whyNoText } from './command-outline.js';
import type { Finding, ValuePath } from '../xml/fault.js';
import type { LenientContext, LenientService } from './lenient-view.js';
import { VARIABLE_PATTERN, VARIABLE_RULE } from './program.js';

export function variablesAreNamed({ services }: LenientContext): readonly Finding[] {
  const ofPrograms = commandsOf(services).flatMap(({ path, fields: { env } }) =>
    typeof env === 'string' && env !== ''
      ? [{ path: [...path, 'env'], message: 'text in <env>, allowed: <NAME>value</NAME>' }]
      : checkVariables(env, [...path, 'env']),
  );
  const ofOthers = services.flatMap(({ path, env }) =>
    checkVariables(env, [...path, ...CONFIGURATION_PLACE, 'env']),
  );
  return [...ofPrograms, ...ofOthers];
}

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

function checkVariables(env: unknown, path: ValuePath): readonly Finding[] {
  if (env === undefined || typeof env === 'string') return [];
  if (!isRecord(env)) return whyNoText(env, { path, name: 'env' });
  return Object.entries(env).flatMap(([name, value]): readonly Finding[] => {
    const place = [...path, name];
    if (VARIABLE_PATTERN.test(name)) return whyNoText(value, { path: place, name });
    return [{ path: place, message: `variable "${name}", allowed: ${VARIABLE_RULE}` }];
  });
}
