// Reads the variables of a service: its <env_file>, which is read at each start, and its <env>.

import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { ContextdError, messageOf } from '../base/errors.js';
import { environmentOf, type TaskService } from '../model/context.js';
import { VARIABLE_PATTERN, VARIABLE_RULE } from '../model/program.js';

/** Returns the variables of <env_file> and <env>; <env> wins. Throws SVC_ENV_FILE. */
export function readEnvironment(service: TaskService): Readonly<Record<string, string>> {
  const { env, file } = environmentOf(service);
  if (file === '') return env;
  const found = parseEnv(readText(service, file)) as Readonly<Record<string, string>>;
  const wrong = Object.keys(found).find((name) => !VARIABLE_PATTERN.test(name));
  if (wrong === undefined) return { ...found, ...env };
  throw new ContextdError(
    'SVC_ENV_FILE',
    `${service.id}: variable "${wrong}" in ${file}, allowed: ${VARIABLE_RULE}`,
    {
      hint: 'correct the file; each line is NAME=value, or a comment after #',
    },
  );
}

function readText(service: TaskService, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new ContextdError(
      'SVC_ENV_FILE',
      `${service.id}: cannot read its <env_file>: ${messageOf(cause)}`,
      {
        cause,
        hint: 'create the file, or correct <env_file> in the context file; the path is relative to the context folder',
      },
    );
  }
}
