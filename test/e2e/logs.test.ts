// conf_command --action=logs as a program, ended by Ctrl-C.

import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../../src/base/package.js';
import { testConfiguration } from '../helpers/context.js';
import { openFolder } from '../helpers/folder.js';
import { expectNoLeftovers } from '../helpers/leftovers.js';
import { spawnProgram, startProgram } from '../helpers/program.js';
import { writeContextFile } from '../helpers/xml.js';

expectNoLeftovers();

test('--follow prints the log of a running service until Ctrl-C, also after its provider has ended.', async () => {
  await using folder = await openFolder();
  const [front = '', back = ''] = ['front', 'back'].map((name) => `ipc://${folder.path}/${name}`);
  const binds = { FrontBind: front, BackendEndpoint: front, BackendBind: back, FrontEndEndpoint: back };
  const services = [{ id: 'ts_1', instance: 'Talks', supervision: { log_max_kb: 1, log_files: 100 } }];
  const file = await writeContextFile(folder.path, testConfiguration(services, binds));
  await using provider = startProgram('service_context', file, '--start', '--transaction=T1', '--json');
  await provider.out.waitFor((line) => line.includes('"answer"'));
  const flags = ['--action=logs', '--task_id=ts_1', `--context_file=${file}`];
  await using tail = startProgram('conf_command', ...flags, '--lines=1000', '--follow');
  await tail.out.waitFor((line) => line === 'line 250');
  const { items } = tail.out;
  expect(items).toEqual(items.map((_, index) => `line ${index + 1}`));
  // A closed pipe ends it.
  const command = `"$0" "$@" --follow | head -n 3`;
  const program = join(packageRoot, 'dist', 'tools', 'conf_command.js');
  await using piped = spawnProgram(
    'bash',
    '-o',
    'pipefail',
    '-c',
    command,
    process.execPath,
    program,
    ...flags,
  );
  expect(await piped.ended).toEqual({ code: 0, signal: null });
  expect(piped.out.items).toHaveLength(3);
  await using last = startProgram('conf_command', ...flags, '--lines=2', '--json');
  expect(await last.ended).toEqual({ code: 0, signal: null });
  expect(last.out.items).toEqual([
    expect.stringMatching(/^\{"line":"line \d+"\}$/),
    expect.stringMatching(/^\{"line":"line \d+"\}$/),
  ]);
  provider.child.kill('SIGINT');
  expect((await provider.ended).code).toBe(0);
  expect(tail.child.exitCode).toBeNull();
  tail.child.kill('SIGINT');
  expect(await tail.ended).toEqual({ code: 0, signal: null });
});
