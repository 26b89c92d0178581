// Where nothing more can be started, that start fails with a code, and the provider lives.

import { chown, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { openFolder } from '../../helpers/folder.js';
import { expectNoLeftovers } from '../../helpers/leftovers.js';
import { startAny, WITH_TYPESCRIPT } from '../../helpers/program.js';
import { programFixtures } from '../../helpers/programs.js';
import { needs, tool } from '../../helpers/requirements.js';
import { openSite } from '../../helpers/site.js';

expectNoLeftovers();

/** Without an entry in passwd, and without a process. */
const UID = 54_322;

test.each([
  ['forwarder', /^BUS_FORWARDER_FAILED: the forwarder could not be started: spawn \S+ EAGAIN$/],
  ['service', /^SVC_LAUNCH_FAILED: cannot start a process for ts_1: spawn \S+ EAGAIN$/],
  ['compiler', /^SVC_LAUNCH_FAILED: the compiler cannot be run for \/nowhere\/Service.ts: .*EAGAIN/],
])(
  'The start of a %s fails when its user may have no more processes.',
  needs('another user'),
  async (kind, message) => {
    await using folder = await openFolder();
    await chown(folder.path, UID, UID);
    const user = [`--reuid=${UID}`, `--regid=${UID}`, '--clear-groups'];
    const script = join(programFixtures, 'out-of-processes.ts');
    const started = [process.execPath, ...WITH_TYPESCRIPT, script, kind, folder.path];
    await using program = startAny(tool('setpriv'), ...user, ...started);
    expect(await program.ended).toEqual({ code: 0, signal: null });
    expect(program.err.items).toEqual([]);
    expect(program.out.items).toEqual([expect.stringMatching(message)]);
  },
);

test('A compiler that cannot be executed fails the start of a service, and the provider lives.', async () => {
  await using folder = await openFolder();
  const binary = join(folder.path, 'esbuild');
  await writeFile(binary, '', { mode: 0o644 });
  vi.stubEnv('ESBUILD_BINARY_PATH', binary);
  try {
    await using site = await openSite([{ id: 'ts_1', instance: 'Forever' }]);
    const reign = await site.reign();
    const [failed] = await reign.command('start');
    expect(failed).toMatchObject({ state: 'failed', error: { code: 'SVC_LAUNCH_FAILED' } });
    expect(failed!.error!.message).toContain('the compiler cannot be run for ');
    expect((await reign.client.command({ action: 'list' })).status.result).toBe('success');
  } finally {
    vi.unstubAllEnvs();
  }
});
