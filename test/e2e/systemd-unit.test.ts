// contextd startup: the unit is that of docs/operations.md, systemd accepts it, and its provider starts and stops as systemd expects.

import { mkdir, readFile, realpath, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
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

const FILE = 'conf/Context-Greetings.xml';

/** The unit in the document, for a project in `folder`. */
async function documentedUnit(folder: string): Promise<string> {
  const [unit, ...more] = codeBlocks('docs/operations.md').filter(({ kind }) => kind === 'ini');
  expect([unit?.text, more]).toEqual([expect.stringContaining('/srv/greetings'), []]);
  return unit!.text
    .replace('/usr/bin/node', process.execPath)
    .replace('/srv/greetings/node_modules/contextd', await realpath(join(folder, 'node_modules', 'contextd')))
    .replaceAll('/srv/greetings', await realpath(folder))
    .replace('User=contextd', `User=${userInfo().username}`);
}

async function openProject() {
  const installed = await install();
  const [subPort, pubPort] = await freePorts(2);
  const sample = await readFile(join(packageRoot, 'conf', 'Context-EchoAction.xml'), 'utf8');
  const context = sample
    .replaceAll('5556', String(subPort))
    .replaceAll('5557', String(pubPort))
    .replace(/<ContextID>.*<\/ContextID>/, '<ContextID>Greetings</ContextID>');
  await mkdir(join(installed.folder, 'conf'));
  await writeFile(join(installed.folder, FILE), context);
  const startup = async (...args: readonly string[]) =>
    await execa(join(installed.folder, 'node_modules/.bin/contextd'), ['startup', ...args], {
      cwd: installed.folder,
      env: { ...installed.env, XDG_CONFIG_HOME: join(installed.folder, 'config') },
      reject: false,
      stripFinalNewline: false,
    });
  return { ...installed, startup };
}

test('startup prints the unit of the document, for the system or for the user.', async () => {
  await using project = await openProject();
  const system = await project.startup('--system');
  expect(system).toMatchObject({ exitCode: 0, stderr: '' });
  expect(system.stdout).toBe(`${(await documentedUnit(project.folder)).trimEnd()}\n`);
  const ofUser = system.stdout.replace(/^User=.*\n/m, '').replace('multi-user.target', 'default.target');
  expect((await project.startup(FILE)).stdout).toBe(ofUser);
});

test('startup --install writes the unit of the user, keeps one that differs, and --force replaces it.', async () => {
  await using project = await openProject();
  const unit = join(project.folder, 'config/systemd/user/contextd-Greetings.service');
  const installed = await project.startup('--install');
  expect(installed).toMatchObject({ exitCode: 0, stderr: '' });
  expect(installed.stdout).toContain(`${unit} is written. Enable it:\n  systemctl --user daemon-reload`);
  const written = await readFile(unit, 'utf8');
  expect(written).toBe((await project.startup()).stdout);
  expect((await project.startup('--install')).exitCode).toBe(0);
  await writeFile(unit, `${written}# mine\n`);
  const refused = await project.startup('--install');
  expect(refused.exitCode).toBe(1);
  expect(refused.stderr).toContain(`error TPL_CONFLICT: ${unit} exists and differs`);
  expect(await readFile(unit, 'utf8')).toBe(`${written}# mine\n`);
  expect((await project.startup('--install', '--force')).exitCode).toBe(0);
  expect(await readFile(unit, 'utf8')).toBe(written);
});

test('systemd-analyze accepts every line of the units.', needs('systemd-analyze'), async () => {
  await using project = await openProject();
  const verify = async (text: string) => {
    const file = join(project.folder, 'contextd-greetings.service');
    await writeFile(file, text);
    return (await execa(tool('systemd-analyze'), ['verify', '--man=no', file], { reject: false, all: true }))
      .all;
  };
  for (const flags of [['--system'], []]) {
    expect(await verify((await project.startup(...flags)).stdout)).toBe('');
  }
  const wrong = (await project.startup('--system')).stdout.replace('KillMode', 'KillMood');
  expect(await verify(wrong)).toContain('KillMood');
});

test(
  'The provider of the unit reports that it is ready when its services have started, and exits with 0 after SIGTERM.',
  needs('systemd-analyze', 'python3'),
  async () => {
    await using project = await openProject();
    const { stdout } = await project.startup();
    const registry = `CONTEXTD_REGISTRY=${project.env.CONTEXTD_REGISTRY!}`;
    const [program, ...args] = /^ExecStart=(.*)$/m.exec(stdout)![1]!.split(' ') as [string, ...string[]];
    const socket = join(project.folder, 'notify.sock');
    const script = `import socket
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind('${socket}')
print('bound', flush=True)
while True:
  text = s.recv(4096).decode()
  print(text, flush=True)
  if 'READY=1' in text: break`;
    await using receiver = spawnProgram(tool('python3'), '-c', script);
    await receiver.out.waitFor((line) => line === 'bound');
    await using provider = spawnProgram(
      '/usr/bin/env',
      `NOTIFY_SOCKET=${socket}`,
      registry,
      program,
      ...args,
    );
    await receiver.out.waitFor((line) => line.includes('READY=1'));
    const list = await execa(join(project.folder, 'node_modules/.bin/contextd'), ['ps'], {
      cwd: project.folder,
      env: project.env,
      reject: false,
    });
    expect(list.stdout).toContain('started');
    provider.child.kill('SIGTERM');
    expect(await provider.ended).toEqual({ code: 0, signal: null });
  },
);
