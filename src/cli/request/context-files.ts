// Finds the context file that a command means when none is given: the only one of the current folder.

import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { usageError } from '../arguments/usage-errors.js';

/** Where the context files of a project are. */
const FOLDERS = ['', 'conf'];

/** The files `Context-NAME.xml` of the current folder and of its folder `conf`; relative paths. */
export async function findContextFiles(): Promise<readonly string[]> {
  const found = await Promise.all(
    FOLDERS.map(async (folder) => {
      const names = await readdir(folder === '' ? '.' : folder).catch(() => []);
      return names
        .filter((name) => /^Context-.*\.xml$/.test(name))
        .sort()
        .map((name) => join(folder, name));
    }),
  );
  return found.flat();
}

/** The file that is named, else the only one of the current folder. Throws CLI_USAGE. */
export async function chooseContextFile(
  command: string,
  named: readonly (string | number)[] = [],
): Promise<string> {
  const [file, ...more] = named.length > 0 ? named.map(String) : await findContextFiles();
  if (file === undefined) {
    throw usageError(
      'there is no context file in this folder',
      `add a script with 'contextd add NAME --command ...', create a project with 'contextd init .', or name a file: ${command} FILE`,
    );
  }
  if (more.length === 0) return file;
  const list = [file, ...more].join(', ');
  throw usageError(
    named.length > 0
      ? `more than one context file is given: ${list}`
      : `this folder has several context files: ${list}`,
    `name one, such as ${command} ${file}`,
  );
}
