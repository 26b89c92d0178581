// Programs in other languages as task services.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/base/package.js';
import type { ServiceSpec } from './context.js';
import type { TestProvider } from './provider.js';
import { tool } from './requirements.js';

export const programFixtures = join(packageRoot, 'test', 'fixtures', 'programs');

type Command = Readonly<Record<string, unknown>>;
type More = Partial<ServiceSpec>;

/** A service that is a program. */
export function programService(id: string, command: Command, more: More = {}): ServiceSpec {
  const configuration = { command, ...more.configuration };
  return { id, instance: 'Program', location: '', ...more, configuration };
}

/** A service that is a shell script. */
export function shellService(
  id: string,
  script: string,
  command: Command = {},
  more: More = {},
): ServiceSpec {
  return programService(id, { program: 'sh', arg: ['-c', script], ...command }, more);
}

/** A service that is a Python script of test/fixtures/programs. */
export function pythonService(
  id: string,
  script: string,
  command: Command = {},
  more: More = {},
): ServiceSpec {
  const arg = [
    '-u',
    join(programFixtures, script),
    ...((command.arg as readonly string[] | undefined) ?? []),
  ];
  return programService(id, { program: tool('python3'), ...command, arg }, more);
}

export function readServiceLog(
  { folder }: Pick<TestProvider, 'folder'>,
  id: string,
  transaction = 'T1',
): string {
  try {
    return readFileSync(join(folder, '.contextd', 'context001', 'logs', transaction, `${id}.log`), 'utf8');
  } catch {
    return ''; // Not yet.
  }
}
