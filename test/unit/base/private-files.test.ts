import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  closeSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { keyFilesOf, readPublicKey, readSecretKey, writeKeyFiles } from '../../../src/base/key-file.js';
import { LogFile } from '../../../src/base/log-file.js';
import { checkFolder, openPrivate, readPrivate } from '../../../src/base/private-files.js';
import { readJournal } from '../../../src/journal/journal.js';
import { openFolder } from '../../helpers/folder.js';
import { needs } from '../../helpers/requirements.js';

const OTHER_UID = 4711;
const unsafe = (message: RegExp) =>
  expect.objectContaining({
    code: 'SEC_PATH_UNSAFE',
    message: expect.stringMatching(message) as string,
  }) as Error;

/** Changes that make a file of this user unsafe. */
const UNSAFE_CHANGES: readonly (readonly [string, boolean, (path: string) => void, RegExp])[] = [
  [
    'other users can write to',
    false,
    (path) => chmodSync(path, 0o666),
    /can be written by others \(mode 666\)/,
  ],
  [
    'the group can write to',
    false,
    (path) => chmodSync(path, 0o620),
    /can be written by others \(mode 620\)/,
  ],
  ['another user owns', true, (path) => chownSync(path, OTHER_UID, -1), /belongs to user 4711/],
];

describe('a file', () => {
  const refuse: (...row: (typeof UNSAFE_CHANGES)[number]) => Promise<void> = async (
    _what,
    _root,
    change,
    message,
  ) => {
    await using folder = await openFolder();
    const path = join(folder.path, 'journal.json');
    writeFileSync(path, 'ours', { mode: 0o600 });
    change(path);
    expect(() => readPrivate(path)).toThrow(unsafe(message));
    expect(() => openPrivate(path)).toThrow(unsafe(message));
    expect(() => readJournal(folder.path)).toThrow(unsafe(message));
    const log = new LogFile({ path, maxBytes: 1000, files: 2 });
    log.writeLine('secret');
    log.close();
    expect(readFileSync(path, 'utf8')).toBe('ours');
    expect(log.loss?.code).toBe('SEC_PATH_UNSAFE');
  };
  const title = 'that %s is neither read nor written';
  it.each(UNSAFE_CHANGES.filter(([, needsRoot]) => !needsRoot))(title, refuse);
  it.each(UNSAFE_CHANGES.filter(([, needsRoot]) => needsRoot))(title, needs('root'), refuse);

  it('that is a link is never followed', async () => {
    await using folder = await openFolder();
    const [target, missing] = [join(folder.path, 'target'), join(folder.path, 'missing')];
    writeFileSync(target, 'of another user', { mode: 0o600 });
    for (const [name, to] of [
      ['link', target],
      ['dangling', missing],
    ] as const) {
      const path = join(folder.path, name);
      symlinkSync(to, path);
      expect(() => openPrivate(path)).toThrow(unsafe(/is a symbolic link/));
      expect(() => readPrivate(path)).toThrow(unsafe(/is a symbolic link/));
    }
    expect(statSync(missing, { throwIfNoEntry: false })).toBeUndefined();
    expect(readFileSync(target, 'utf8')).toBe('of another user');
  });

  it('that is a pipe is rejected without blocking', async () => {
    await using folder = await openFolder();
    const path = join(folder.path, 'pipe');
    execFileSync('mkfifo', ['-m', '600', path]);
    expect(() => readPrivate(path)).toThrow(unsafe(/is not a file/));
    expect(() => openPrivate(path)).toThrow(unsafe(/is not a file/));
  });

  it('of this user is appended to; a new one has mode 0600', async () => {
    await using folder = await openFolder();
    const path = join(folder.path, 'new');
    for (const text of ['a', 'b']) {
      const descriptor = openPrivate(path);
      writeSync(descriptor, text);
      closeSync(descriptor);
    }
    expect([readPrivate(path), statSync(path).mode & 0o777]).toEqual(['ab', 0o600]);
  });
});

describe('a folder', () => {
  it('of this user is accepted, also through an own link, and a missing one too', async () => {
    await using folder = await openFolder();
    const [own, link] = [join(folder.path, 'own'), join(folder.path, 'link')];
    mkdirSync(own, { mode: 0o755 });
    symlinkSync(own, link);
    for (const path of [own, link, join(folder.path, 'missing')])
      expect(() => checkFolder(path)).not.toThrow();
  });

  it('that other users can write to, or that is not a folder, is rejected', async () => {
    await using folder = await openFolder();
    const path = join(folder.path, 'shared');
    mkdirSync(path);
    chmodSync(path, 0o1777);
    expect(() => checkFolder(path)).toThrow(unsafe(/mode 1777/));
    writeFileSync(join(folder.path, 'file'), '');
    expect(() => checkFolder(join(folder.path, 'file'))).toThrow(unsafe(/is not a folder/));
  });

  it(
    'of another user, or a link of another user, is rejected, with a hint for root to run as that user',
    needs('root'),
    async () => {
      await using folder = await openFolder();
      const [theirs, link] = [join(folder.path, 'theirs'), join(folder.path, 'link')];
      mkdirSync(theirs);
      execFileSync('ln', ['-s', folder.path, link]);
      for (const path of [theirs, link]) execFileSync('chown', ['-h', String(OTHER_UID), path]);
      for (const path of [theirs, link])
        expect(() => checkFolder(path)).toThrow(
          expect.objectContaining({ hint: expect.stringContaining("sudo -u '#4711'") as string }) as Error,
        );
    },
  );
});

describe('a key file', () => {
  it('that other users can write to is rejected', async () => {
    await using folder = await openFolder();
    writeKeyFiles(folder.path, 'anna');
    const files = keyFilesOf(folder.path, 'anna');
    chmodSync(files.public, 0o664);
    expect(() => readPublicKey(files.public)).toThrow(/others can write it \(mode 664\)/);
  });

  it('that another user owns is rejected', needs('root'), async () => {
    await using folder = await openFolder();
    writeKeyFiles(folder.path, 'anna');
    const files = keyFilesOf(folder.path, 'anna');
    chownSync(files.secret, OTHER_UID, -1);
    expect(() => readSecretKey(files.secret)).toThrow(/belongs to user 4711/);
  });
});
