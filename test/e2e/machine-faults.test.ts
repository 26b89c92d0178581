// Faults of the machine: each has an error code other than INTERNAL and a hint; programs that can continue do.

import { chmod, chown, mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../../src/base/package.js';
import { testConfiguration } from '../helpers/context.js';
import { openFolder } from '../helpers/folder.js';
import { freePorts } from '../helpers/ports.js';
import { spawnProgram, type Program } from '../helpers/program.js';
import { needs, tool } from '../helpers/requirements.js';
import { writeContextFile } from '../helpers/xml.js';

/** Without an entry in passwd. */
const UID = 54_321;

/** A context folder of that user. */
async function openPlace() {
  const place = await openFolder();
  const [back, front] = await freePorts(2);
  const [publish, subscribe] = [`tcp://127.0.0.1:${front}`, `tcp://127.0.0.1:${back}`];
  const ends = {
    FrontBind: publish,
    BackendEndpoint: publish,
    BackendBind: subscribe,
    FrontEndEndpoint: subscribe,
  };
  const file = await writeContextFile(place.path, testConfiguration([], ends));
  await chmod(place.path, 0o755);
  await chown(place.path, UID, UID);
  return { ...place, file, [Symbol.asyncDispose]: () => place[Symbol.asyncDispose]() };
}

/** `shell` runs first, then "$@" is the program. */
function runAs(shell: string, program: string, ...args: readonly string[]): Program {
  const user = [tool('setpriv'), `--reuid=${UID}`, `--regid=${UID}`, '--clear-groups'];
  const command = [...user, process.execPath, join(packageRoot, 'dist/tools', `${program}.js`), ...args];
  return spawnProgram('/bin/sh', '-c', shell, 'sh', ...command);
}

test(
  'A provider with an unwritable folder ends with an error and a hint.',
  needs('root', 'another user'),
  async () => {
    await using place = await openPlace();
    await chmod(place.path, 0o555);
    await using program = runAs('cd / && exec "$@"', 'service_context', place.file);
    expect(await program.ended).toMatchObject({ code: 1 });
    expect(program.err.items).toEqual([
      expect.stringMatching(/^error ENV_NOT_PERMITTED: .*: E[A-Z]+: /),
      expect.stringMatching(/^ {2}hint: \w/),
    ]);
  },
);

test(
  'A provider that cannot write files keeps running and warns.',
  needs('root', 'another user'),
  async () => {
    await using place = await openPlace();
    await chmod(place.path, 0o755);
    const shell = 'cd / && ulimit -f 0 && exec "$@"';
    await using program = runAs(shell, 'service_context', place.file, '--start');
    await program.out.waitFor((line) => /the journal in .* cannot be written: EFBIG/.test(line));
    program.child.kill('SIGTERM');
    expect(await program.ended).toMatchObject({ code: 0 });
  },
);

test('A command in a removed folder reports that.', async () => {
  await using place = await openFolder();
  const gone = join(place.path, 'gone');
  await mkdir(gone);
  const tools = join(packageRoot, 'dist/tools');
  for (const name of ['conf_command', 'service_context', 'create_service', 'display', 'contextd']) {
    await mkdir(gone, { recursive: true });
    const script = `cd ${gone} && rmdir ${gone} && exec "$@"`;
    await using program = spawnProgram(
      '/bin/sh',
      '-c',
      script,
      'sh',
      process.execPath,
      join(tools, `${name}.js`),
    );
    expect(await program.ended).toMatchObject({ code: 1 });
    expect(program.err.items.join('\n')).toMatch(
      /^error ENV_FOLDER_REMOVED: .*\n {2}hint: change to a folder/,
    );
  }
});

/** What may be wrong with the folder for temporary files; the provider is listed in /tmp then. */
const temporary: Readonly<Record<string, (folder: string) => Promise<void>>> = {
  'cannot be written': (folder) => chmod(folder, 0o555),
  'has our place taken by another user': async (folder) =>
    mkdir(join(folder, `contextd-${UID}`)).then(() => undefined),
  'does not exist': (folder) => rm(folder, { recursive: true }),
};

test.each(Object.entries(temporary))(
  'A user without an entry in passwd, whose TMPDIR %s, runs a provider that clients find.',
  needs('root', 'another user'),
  async (_what, spoil) => {
    await using place = await openPlace();
    const folder = join(place.path, 'tmp');
    await mkdir(folder, { mode: 0o755 });
    await spoil(folder);
    const shell = `cd ${place.path} && unset XDG_RUNTIME_DIR CONTEXTD_REGISTRY && exec env TMPDIR=${folder} "$@"`;
    await using provider = runAs(shell, 'service_context', place.file, '--json');
    await provider.out.waitFor((line) => line.includes('"kind":"ready"'));
    // As from a login session, while the provider was started without one.
    const session = `cd ${place.path} && exec env XDG_RUNTIME_DIR=${tmpdir()}/none "$@"`;
    await using client = runAs(session, 'conf_command', '--action=list');
    expect(await client.ended).toMatchObject({ code: 0 });
    // A cleaner of temporary files has removed the entry: it is written again.
    await rm(`/tmp/contextd-${UID}`, { recursive: true });
    const entry = async (): Promise<boolean> => {
      await using again = runAs(session, 'conf_command', '--action=list');
      return (await again.ended).code === 0;
    };
    for (let isFound = false; !isFound;) isFound = await entry();
    provider.child.kill('SIGINT');
    expect(await provider.ended).toMatchObject({ code: 0 });
  },
);
