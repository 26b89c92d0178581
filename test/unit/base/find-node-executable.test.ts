import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { findNodeExecutable } from '../../../src/base/find-node-executable.js';
import { checkInstallation } from '../../../src/launcher/installation.js';
import { openFolder } from '../../helpers/folder.js';

const { execPath } = process;
const { PATH } = process.env;

afterEach(() => {
  process.execPath = execPath;
  process.env.PATH = PATH;
});

it('returns the executable of this process while it exists', () => {
  process.env.PATH = '';
  expect(findNodeExecutable()).toBe(execPath);
});

it('returns the first executable node in PATH when the own one was removed', async () => {
  await using folder = await openFolder();
  await using other = await openFolder();
  await writeFile(join(folder.path, 'node'), '');
  await chmod(join(folder.path, 'node'), 0o644);
  await symlink(execPath, join(other.path, 'node'));
  process.execPath = join(folder.path, 'gone');
  // A folder has the execute permission, but is not a program.
  await mkdir(join(folder.path, 'bin', 'node'), { recursive: true });
  process.env.PATH = `:${folder.path}:${join(folder.path, 'bin')}:${other.path}`;
  expect(findNodeExecutable()).toBe(join(other.path, 'node'));
});

it('checkInstallation reports a missing node and a missing file of contextd', async () => {
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
  const message = `${folder.path}/gone does not exist any more, and PATH contains no other node`;
  expect(() => checkInstallation(host)).toThrow(refused(message));
});
