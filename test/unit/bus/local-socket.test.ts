import { chownSync, existsSync, mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { prepareLocalSocket } from '../../../src/bus/local-socket.js';
import { openFolder } from '../../helpers/folder.js';
import { needs } from '../../helpers/requirements.js';

const OTHER_UID = 4711;
const theirs = (path: string) => ({
  code: 'SEC_PATH_UNSAFE',
  message: expect.stringContaining(`${path} is not used: it belongs to user ${OTHER_UID}`) as string,
});

test('a folder of another user is rejected, even with mode 0700', needs('root'), async () => {
  await using folder = await openFolder();
  const run = join(folder.path, 'run');
  mkdirSync(run, { mode: 0o700 });
  chownSync(run, OTHER_UID, -1);
  await expect(prepareLocalSocket(`ipc://${run}/front`)).rejects.toMatchObject(theirs(run));
});

test('a socket of another user is neither connected to nor deleted', needs('root'), async () => {
  await using folder = await openFolder();
  const path = join(folder.path, 'run', 'front');
  mkdirSync(join(folder.path, 'run'), { mode: 0o700 });
  let connections = 0;
  const server = createServer(() => (connections += 1));
  await new Promise<void>((resolve) => server.listen(path, resolve));
  try {
    chownSync(path, OTHER_UID, -1);
    await expect(prepareLocalSocket(`ipc://${path}`)).rejects.toMatchObject(theirs(path));
    expect([existsSync(path), connections]).toEqual([true, 0]);
  } finally {
    server.close();
  }
});
