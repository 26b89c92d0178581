import { chownSync, existsSync, mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { holdLocalSocket } from '../../../src/bus/local-socket.js';
import { openFolder } from '../../helpers/folder.js';
import { needs } from '../../helpers/requirements.js';

const SOMEBODY = 4711;
const theirs = (path: string) => ({
  code: 'SEC_PATH_UNSAFE',
  message: expect.stringContaining(`${path} is not used: it belongs to user ${SOMEBODY}`) as string,
});

test('a folder of somebody else is refused, whatever its mode', needs('root'), async () => {
  await using folder = await openFolder();
  const run = join(folder.path, 'run');
  mkdirSync(run, { mode: 0o700 });
  chownSync(run, SOMEBODY, -1);
  await expect(holdLocalSocket(`ipc://${run}/front`)).rejects.toMatchObject(theirs(run));
});

test('a socket of somebody else is neither knocked at nor taken away', needs('root'), async () => {
  await using folder = await openFolder();
  const path = join(folder.path, 'run', 'front');
  mkdirSync(join(folder.path, 'run'), { mode: 0o700 });
  let knocks = 0;
  const server = createServer(() => (knocks += 1));
  await new Promise<void>((resolve) => server.listen(path, resolve));
  try {
    chownSync(path, SOMEBODY, -1);
    await expect(holdLocalSocket(`ipc://${path}`)).rejects.toMatchObject(theirs(path));
    expect([existsSync(path), knocks]).toEqual([true, 0]);
  } finally {
    server.close();
  }
});
