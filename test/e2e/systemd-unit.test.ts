// Verifies the unit in docs/operations.md with systemd-analyze, and runs its commands like systemd.

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { packageRoot } from '../../src/base/package.js';
import { codeBlocks } from '../helpers/documents.js';
import { install } from '../helpers/installation.js';
import { freePorts } from '../helpers/ports.js';
import { expectNoLeftovers } from '../helpers/leftovers.js';
import { spawnProgram } from '../helpers/program.js';
import { needs, tool } from '../helpers/requirements.js';

expectNoLeftovers();

/** The unit for a project in `folder`. */
function unitIn(folder: string): string {
  const [unit, ...more] = codeBlocks('docs/operations.md').filter(({ kind }) => kind === 'ini');
  expect([unit?.text, more]).toEqual([expect.stringContaining('/srv/greetings'), []]);
  return unit!.text.replaceAll('/srv/greetings', folder);
}

async function openProject() {
  const installed = await install();
  const [subPort, pubPort] = await freePorts(2);
  const sample = await readFile(join(packageRoot, 'conf', 'Context-EchoAction.xml'), 'utf8');
  const context = sample.replaceAll('5556', String(subPort)).replaceAll('5557', String(pubPort));
  await mkdir(join(installed.folder, 'conf'));
  await writeFile(join(installed.folder, 'conf', 'Context-Greetings.xml'), context);
  return installed;
}

test('systemd-analyze accepts every line of the unit.', needs('systemd-analyze'), async () => {
  await using project = await openProject();
  const verify = async (text: string) => {
    const file = join(project.folder, 'contextd-greetings.service');
    await writeFile(file, text);
    return (await execa(tool('systemd-analyze'), ['verify', '--man=no', file], { reject: false, all: true }))
      .all;
  };
  expect(await verify(unitIn(project.folder))).toBe('');
  expect(await verify(unitIn(project.folder).replace('KillMode', 'KillMood'))).toContain('KillMood');
});

test('The provider of the unit starts, replies, and exits with 0 after SIGTERM to its own process.', async () => {
  await using project = await openProject();
  const { folder } = project;
  const commandOf = (key: string) => {
    const line = new RegExp(`^${key}=(.*)$`, 'm').exec(unitIn(folder))?.[1] ?? '';
    return line
      .replaceAll(' conf/', ` ${folder}/conf/`)
      .replaceAll('=conf/', `=${folder}/conf/`)
      .split(' ') as [string];
  };
  await using provider = spawnProgram(...commandOf('ExecStart'));
  // Run immediately: Type=exec waits only for the launch.
  const [program, ...args] = commandOf('ExecStartPost');
  const list = await execa(program, args, { reject: false, all: true });
  expect(list.exitCode, list.all).toBe(0);
  provider.child.kill('SIGTERM');
  expect(await provider.ended).toEqual({ code: 0, signal: null });
});
