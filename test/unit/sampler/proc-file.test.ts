// Reading files of any length, from the first one on.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ProcReader } from '../../../src/sampler/proc-file.js';
import { openFolder } from '../../helpers/folder.js';

it('reads a file whole that is longer than what there is room for, the first one too', async () => {
  await using folder = await openFolder();
  const path = join(folder.path, 'long');
  const text = Array.from({ length: 20_000 }, (_, line) => `line ${line}\n`).join('');
  await writeFile(path, text);
  const reader = new ProcReader();
  expect(reader.readLarge(path)).toBe(text);
  expect(reader.readLarge(path)).toBe(text);
});
