// Faults of real file systems, in a mount namespace: read-only, full, and without links.

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../../src/base/package.js';
import { testConfiguration } from '../helpers/context.js';
import { openFolder } from '../helpers/folder.js';
import { freePorts } from '../helpers/ports.js';
import { spawnProgram, type Program } from '../helpers/program.js';
import { needs, tool } from '../helpers/requirements.js';
import { writeContextFile } from '../helpers/xml.js';

async function openPlace() {
  const place = await openFolder();
  const [back, front] = await freePorts(2);
  const [publish, subscribe] = [`tcp://127.0.0.1:${front}`, `tcp://127.0.0.1:${back}`];
  const binds = { FrontBind: publish, BackendEndpoint: publish };
  const ends = { ...binds, BackendBind: subscribe, FrontEndEndpoint: subscribe };
  const file = await writeContextFile(place.path, testConfiguration([], ends));
  const state = join(place.path, '.contextd');
  return { path: place.path, file, state, [Symbol.asyncDispose]: () => place[Symbol.asyncDispose]() };
}

/** `shell` mounts what is to fail, seen by this program alone. */
function runMounted(shell: string, program: string, ...args: readonly string[]): Program {
  const command = [process.execPath, join(packageRoot, 'dist/tools', `${program}.js`), ...args];
  return spawnProgram(tool('unshare'), '-m', 'sh', '-c', `${shell} && exec "$@"`, 'sh', ...command);
}

const readOnly = (folder: string) => `mount --bind ${folder} ${folder} && mount -o remount,ro,bind ${folder}`;

/** The folder of all states is there and empty, with something mounted on it. */
const faults: Readonly<Record<string, readonly [(folder: string) => string, RegExp]>> = {
  'can only be read': [readOnly, /^error ENV_READ_ONLY: the file system is read-only: EROFS: .*, mkdir '/],
  'has no room for a folder': [
    (folder) => `mount -t tmpfs -o nr_inodes=1,mode=700 tmpfs ${folder}`,
    /^error ENV_DISK_FULL: .*: ENOSPC: /,
  ],
};

test.each(Object.entries(faults))(
  'A provider whose file system %s ends with an error and a hint.',
  needs('a mount namespace'),
  async (_what, [mount, message]) => {
    await using place = await openPlace();
    await mkdir(place.state);
    await using program = runMounted(mount(place.state), 'service_context', place.file);
    expect(await program.ended).toMatchObject({ code: 1 });
    expect(program.err.items).toEqual([
      expect.stringMatching(message),
      expect.stringMatching(/^ {2}hint: \w.*\/\.contextd/),
    ]);
  },
);

test('A provider with a read-only state folder ends and names it.', needs('a mount namespace'), async () => {
  await using place = await openPlace();
  await mkdir(join(place.state, 'context001'), { recursive: true, mode: 0o700 });
  await using program = runMounted(readOnly(place.state), 'service_context', place.file);
  expect(await program.ended).toMatchObject({ code: 1 });
  expect(program.err.items).toEqual([
    expect.stringMatching(/^error ENV_READ_ONLY: .*EROFS.*\/\.contextd\/context001\//),
    expect.stringMatching(/^ {2}hint: mount it for writing, or move .*\/\.contextd\/context001\//),
  ]);
});

test(
  'A provider on a file system without links ends and reports that.',
  needs('a mount namespace', 'a control group hierarchy'),
  async () => {
    await using place = await openPlace();
    await mkdir(place.state);
    // Folders can be made in it, and links cannot.
    const mount = `mount -t cgroup -o none,name=contextd-test none ${place.state}`;
    // A hierarchy may stay for a while, so that it has one name.
    const shell = `${mount} && trap 'rmdir ${place.state}/context001 2> /dev/null' EXIT && "$@"; exit $?; true`;
    await using program = runMounted(shell, 'service_context', place.file);
    expect(await program.ended).toMatchObject({ code: 1 });
    expect(program.err.items).toEqual([
      expect.stringMatching(/^error ENV_NO_HARD_LINKS: .*EPERM: .*, symlink /),
      expect.stringMatching(/^ {2}hint: move .* to a file system that supports them, such as ext4/),
    ]);
  },
);

test(
  'A provider on a full disk keeps running, warns, and ends on SIGTERM.',
  needs('a mount namespace'),
  async () => {
    await using place = await openPlace();
    await mkdir(place.state);
    const mount = `mount -t tmpfs -o size=64k,mode=700 tmpfs ${place.state}`;
    const fill = `(head -c 100000 /dev/zero > ${place.state}/ballast 2>&1; true)`;
    await using program = runMounted(
      `${mount} && ${fill} 2> /dev/null`,
      'service_context',
      place.file,
      '--start',
    );
    await program.out.waitFor((line) => /the journal in .* cannot be written: ENOSPC/.test(line));
    program.child.kill('SIGTERM');
    expect(await program.ended).toMatchObject({ code: 0 });
    expect(program.err.items.join()).not.toContain('INTERNAL');
  },
);

test('Commands that write into a read-only folder report that.', needs('a mount namespace'), async () => {
  await using place = await openPlace();
  for (const [program, ...args] of [
    ['contextd', 'init', 'app'] as const,
    ['create_service', '--task_service=Foo'] as const,
  ]) {
    const shell = `${readOnly(place.path)} && cd ${place.path}`;
    await using run = runMounted(shell, program, ...args);
    expect(await run.ended).toMatchObject({ code: 1 });
    expect(run.err.items).toEqual([
      expect.stringMatching(/^error TPL_WRITE_FAILED: .*EROFS: read-only file system/),
      expect.stringMatching(/^ {2}hint: /),
    ]);
  }
});
