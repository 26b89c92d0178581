import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { findNode } from '../../../src/base/find-node.js';
import { checkInstallation } from '../../../src/launcher/installation.js';
import { openFolder } from '../../helpers/folder.js';

const { execPath } = process;
const { PATH } = process.env;

afterEach(() => {
  process.execPath = execPath;
  process.env.PATH = PATH;
});

it('is the node that runs us while it is there', () => {
  process.env.PATH = '';
  expect(findNode()).toBe(execPath);
});

it('is the first one in PATH that can be executed when ours is gone', async () => {
  await using folder = await openFolder();
  await using other = await openFolder();
  await writeFile(join(folder.path, 'node'), '');
  await chmod(join(folder.path, 'node'), 0o644);
  await symlink(execPath, join(other.path, 'node'));
  process.execPath = join(folder.path, 'gone');
  // A folder may be entered, which is not to say that it can be started.
  await mkdir(join(folder.path, 'bin', 'node'), { recursive: true });
  process.env.PATH = `:${folder.path}:${join(folder.path, 'bin')}:${other.path}`;
  expect(findNode()).toBe(join(other.path, 'node'));
});

it('is missed before anything is stopped, as is a file of ours', async () => {
  await using folder = await openFolder();
  const host = join(folder.path, 'main.js');
  const refused = (message: string): unknown =>
    expect.objectContaining({
      code: 'SVC_LAUNCH_FAILED',
      message,
      hint: expect.stringContaining('install') as string,
    });
  expect(() => checkInstallation(host)).toThrow(refused(`a file of contextd is missing: ${host}`));
  await writeFile(host, '');
  expect(() => checkInstallation(host)).not.toThrow();
  process.execPath = join(folder.path, 'gone');
  process.env.PATH = folder.path;
  const message = `${folder.path}/gone is gone, and there is no other node in PATH`;
  expect(() => checkInstallation(host)).toThrow(refused(message));
});
