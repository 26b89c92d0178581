// A provider does not use files that other users could have created.

import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Provider } from '../../../src/provider/provider.js';
import { testConfiguration, testContextFile } from '../../helpers/context.js';
import { expectNoLeftovers } from '../../helpers/leftovers.js';

expectNoLeftovers();

test.each<[string, (state: string) => Promise<void>]>([
  ['a state folder that all can write to', (state) => chmod(state, 0o777)],
  [
    'a journal that all can write to',
    async (state) => {
      await writeFile(join(state, 'journal.json'), '{}');
      await chmod(join(state, 'journal.json'), 0o666);
    },
  ],
])('%s is refused, with what to do', async (_what, spoil) => {
  const folder = await mkdtemp(join(tmpdir(), 'contextd-test-'));
  try {
    const file = testContextFile(folder, testConfiguration([{ id: 'ts_1', instance: 'Forever' }]));
    const state = join(folder, 'state');
    await mkdir(state, { mode: 0o700 });
    await spoil(state);
    await expect(Provider.open({ file, stateFolder: state, notice: () => undefined })).rejects.toMatchObject({
      code: 'SEC_PATH_UNSAFE',
      hint: expect.stringMatching(/^chmod go-w /) as string,
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
