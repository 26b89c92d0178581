// Without a descriptor left for the keys of what is started, that start fails, and nothing else.

import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openFolder } from '../../helpers/folder.js';
import { spawnProgram, WITH_TYPESCRIPT } from '../../helpers/program.js';
import { programFixtures } from '../../helpers/program-services.js';

test.each([
  ['program', '/bin/true cannot be started: spawn /bin/true EMFILE'],
  ['service', 'cannot start a process for ts_1: spawn /bin/sh EMFILE'],
  [
    'compiler',
    "cannot run the compiler for /nowhere/Service.ts: EMFILE: too many open files, open '/dev/null'",
  ],
])('The start of a %s fails when there are too many open files.', async (kind, message) => {
  await using folder = await openFolder();
  const script = join(programFixtures, 'out-of-files.ts');
  const started = [process.execPath, ...WITH_TYPESCRIPT, script, kind, folder.path];
  await using program = spawnProgram('sh', '-c', 'ulimit -n 100; exec "$@"', 'sh', ...started);
  expect(await program.ended).toEqual({ code: 0, signal: null });
  expect(program.err.items).toEqual([]);
  expect(program.out.items).toEqual([`SVC_LAUNCH_FAILED: ${message}`]);
});
