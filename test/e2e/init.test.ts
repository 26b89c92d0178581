// contextd init, from the packed package to a tested and running context.

import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { hasErrnoCode } from '../../src/base/errors.js';
import { packageRoot } from '../../src/base/package.js';
import { openFolder } from '../helpers/folder.js';
import { freePorts } from '../helpers/ports.js';
import { expectNoLeftovers } from '../helpers/leftovers.js';
import { Recorder } from '../helpers/recorder.js';
import { filesIn } from './create-service-folder.js';

expectNoLeftovers();

const CONTEXTD = join(packageRoot, 'dist', 'tools', 'contextd.js');

/** Other versions of node to run the project with: paths of their programs, separated by colons. */
const nodes = (process.env.CONTEXTD_NODES ?? process.execPath).split(':');

function init(folder: string, ...args: readonly string[]) {
  return execa(process.execPath, [CONTEXTD, 'init', ...args], { cwd: folder, reject: false });
}

describe('contextd init', () => {
  test('prints the changes, writes them, and changes nothing when it is run again.', async () => {
    await using folder = await openFolder();
    const dry = await init(folder.path, 'Weather', '--dry_run');
    expect(dry.exitCode).toBe(0);
    expect(dry.stdout).toContain('+++ Weather/package.json');
    expect(await filesIn(folder.path)).toEqual({});
    const { stdout } = await init(folder.path, 'Weather');
    expect(stdout).toContain('cd Weather && npm install && npm test && npm start');
    const written = await filesIn(join(folder.path, 'Weather'));
    expect(Object.keys(written)).toEqual([
      '.contextd/scaffold.json',
      '.gitignore',
      'README.md',
      'conf/Context-Weather.xml',
      'package.json',
      'services/Hello/Hello.ts',
      'services/Hello/ServiceHello.ts',
      'services/Hello/index.ts',
      'test/Hello.test.ts',
      'tsconfig.json',
    ]);
    const { version } = JSON.parse(await readFile(join(packageRoot, 'package.json'), 'utf8')) as {
      version: string;
    };
    expect(JSON.parse(written['package.json']!)).toMatchObject({
      name: 'weather',
      dependencies: { contextd: `^${version}` },
    });
    const again = await init(folder.path, 'Weather');
    expect(again.stdout).toContain('Nothing to change.');
    expect(await filesIn(join(folder.path, 'Weather'))).toEqual(written);
  });

  test.each([
    ['my-app', 'my-app', 'MyApp', 'my-app'],
    ['My.App_2', 'My.App_2', 'MyApp_2', 'my.app_2'],
    ['weather', 'weather', 'weather', 'weather'],
  ])('takes the name %s for a folder, a context and a package.', async (name, path, context, packageName) => {
    await using folder = await openFolder();
    expect((await init(folder.path, name)).exitCode).toBe(0);
    const written = await filesIn(join(folder.path, path));
    expect(Object.keys(written)).toContain(`conf/Context-${context}.xml`);
    expect(JSON.parse(written['package.json']!)).toMatchObject({ name: packageName });
  });

  test('creates the project in the current folder, and changes nothing when it is run again without flags.', async () => {
    await using folder = await openFolder();
    const here = join(folder.path, 'my-app');
    await mkdir(here);
    const flags = ['--task_service=Forecast', '--sub_port=7001', '--pub_port=7002', '--contextd=^9.9.9'];
    expect((await init(here, '.', ...flags)).exitCode).toBe(0);
    const written = await filesIn(here);
    expect(Object.keys(written)).toContain('services/Forecast/Forecast.ts');
    for (const again of [await init(here, '.'), await init(folder.path, 'my-app')]) {
      expect(again.stdout).toContain('Nothing to change.');
      expect(await filesIn(here)).toEqual(written);
    }
  });

  test('keeps edited files unless --force is given.', async () => {
    await using folder = await openFolder();
    await init(folder.path, 'Weather');
    const file = join(folder.path, 'Weather', 'test', 'Hello.test.ts');
    const written = await readFile(file, 'utf8');
    await appendFile(file, '// mine\n');
    expect((await init(folder.path, 'Weather')).stdout).toContain(
      'kept: Weather/test/Hello.test.ts was edited; --force overwrites',
    );
    expect(await readFile(file, 'utf8')).toBe(`${written}// mine\n`);
    await init(folder.path, 'Weather', '--force');
    expect(await readFile(file, 'utf8')).toBe(written);
  });

  test('rejects a folder with other files, and a file of that name.', async () => {
    await using folder = await openFolder();
    await mkdir(join(folder.path, 'Mine'));
    await writeFile(join(folder.path, 'Mine', 'package.json'), '{}');
    await writeFile(join(folder.path, 'Text'), 'text');
    const before = await filesIn(folder.path);
    for (const [name, message] of [
      ['Mine', 'Mine exists and is not empty'],
      ['Text', 'Text is a file'],
    ] as const) {
      const { exitCode, stderr } = await init(folder.path, name, '--force');
      expect(exitCode).toBe(1);
      expect(stderr).toContain('TPL_CONFLICT');
      expect(stderr).toContain(message);
    }
    expect(await filesIn(folder.path)).toEqual(before);
    // An empty one will do, also with a repository in it.
    await mkdir(join(folder.path, 'Empty', '.git'), { recursive: true });
    expect((await init(folder.path, 'Empty')).exitCode).toBe(0);
  });
});

test(
  'A project created by the packed package installs, checks, tests and starts.',
  { timeout: 600_000 },
  async () => {
    await using folder = await openFolder();
    const run = async (command: string, cwd = folder.path, node = process.execPath) => {
      const env = { PATH: `${dirname(node)}:${process.env.PATH ?? ''}` };
      const options = { cwd, env, all: true, reject: false, timeout: 240_000 };
      const { exitCode, all } = await execa('bash', ['-euo', 'pipefail', '-c', command], options);
      expect(exitCode, `${node}: ${command}\n${all}`).toBe(0);
      return all;
    };
    const tarball = process.env.CONTEXTD_TARBALL ?? (await pack(folder.path));
    const [subPort, pubPort] = await freePorts(2);
    await writeFile(join(folder.path, 'package.json'), '{ "private": true }');
    await run(`npm install --no-audit --no-fund ${tarball}`);
    await run(`npx contextd init Weather --contextd=${tarball} --sub_port=${subPort} --pub_port=${pubPort}`);
    const project = join(folder.path, 'Weather');
    await run('npm install --no-audit --no-fund', project);
    for (const node of nodes) {
      const version = await run('node --version', project, node);
      expect(await run('npm run check', project, node)).toContain('is valid: 1 task service, 0 warnings');
      expect(await run('npm test', project, node), version).toMatch(/pass 3\n/);
      await startAndStop(project, node);
    }
  },
);

async function pack(folder: string): Promise<string> {
  const args = ['pack', '--silent', '--ignore-scripts', '--pack-destination', folder];
  const { stdout } = await execa('npm', args, { cwd: packageRoot });
  return join(folder, stdout.trim());
}

/** In a process group of its own, so that none of it is left if the test fails. */
async function startAndStop(project: string, node: string): Promise<void> {
  const env = { PATH: `${dirname(node)}:${process.env.PATH ?? ''}` };
  const npm = execa('npm', ['start'], { cwd: project, env, detached: true, reject: false, timeout: 60_000 });
  const lines = new Recorder<string>();
  createInterface(npm.stdout).on('line', (line) => lines.record(line));
  try {
    await lines.waitFor((line) => /ts_1 +started pid/.test(line), 60_000);
    await lines.waitFor((line) => line.includes('updated {"steps":1}'));
    // To npm alone, as a supervisor does; Ctrl-C in a terminal reaches all of them.
    npm.kill('SIGINT');
    await lines.waitFor((line) => line.includes('all services have ended'));
    await npm;
  } finally {
    if (npm.pid !== undefined) killGroup(npm.pid);
  }
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    // No process of it may be left.
    if (!hasErrnoCode(error, 'ESRCH')) throw error;
  }
}
