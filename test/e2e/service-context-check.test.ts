// service_context --check and --graph: what is known of a context before anything runs.

import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { expectNoLeftovers } from '../helpers/leftovers.js';
import { FILE, openHome, replaceNth } from '../helpers/home.js';

expectNoLeftovers();
// Each test runs many programs, one after the other.
vi.setConfig({ testTimeout: 180_000 });

const SERVICES = [
  ['EchoAction', 'ts_100'],
  ['Walk', 'ts_101'],
] as const;

test('--check reports a valid file, and runs nothing.', async () => {
  await using home = await openHome(...SERVICES);
  const { exitCode, stdout, stderr } = await home.run('service_context', FILE, '--check');
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(stdout).toBe(`${join(home.path, FILE)} is valid: 2 task services, 0 warnings`);
  expect((await home.run('conf_command', '--action=list')).exitCode).toBe(3);
});

test('--check prints warnings with file, line and column, and the file counts as valid.', async () => {
  await using home = await openHome(...SERVICES);
  await home.edit(FILE, (text) => replaceNth(text, /<state type="on_start">/, 2, '<state type="on_exit">'));
  const lines = (await home.read(FILE)).split('\n');
  const line = lines.findIndex((each) => each.includes('<state type="on_exit">'));
  const column = lines[line]!.indexOf('type=') + 1;
  const { exitCode, stdout, stderr } = await home.run('service_context', FILE, '--check');
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  const path = join(home.path, FILE);
  expect(stdout.split('\n')).toEqual([
    `${path}:${line + 1}:${column}: warning: service ts_101 is on demand (on_exit), but no transition starts it: only a command can start it`,
    `${path} is valid: 2 task services, 1 warning`,
  ]);
});

test('--check prints every error with file, line and column, and ends with 1.', async () => {
  await using home = await openHome(...SERVICES);
  await home.edit(FILE, (text) =>
    replaceNth(
      replaceNth(text, /serviceType="Process"/, 2, 'serviceType="Thraed"'),
      /<on_exit>\s*<action><\/action>\s*<call><\/call>/,
      1,
      '<on_exit><action>start</action><call>ts_404</call>',
    ),
  );
  const lines = (await home.read(FILE)).split('\n');
  const at = (text: string) => {
    const line = lines.findIndex((each) => each.includes(text));
    return `${join(home.path, FILE)}:${line + 1}:${lines[line]!.indexOf(text) + 1}: `;
  };
  const { exitCode, stdout, stderr } = await home.run('service_context', FILE, '--check');
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
  expect(stderr).toMatch(/^error CTX_INVALID: .*Context-Home\.xml has 2 problems:$/m);
  expect(stderr).toContain(`${at('serviceType="Thraed"')}serviceType "Thraed", allowed: Process, Thread`);
  expect(stderr).toContain(`${at('<call>ts_404')}on_exit calls "ts_404", allowed: ts_100, ts_101`);
  // What is not valid does not run either.
  const run = await home.run('service_context', FILE, '--start');
  expect(run).toMatchObject({ exitCode: 1, stderr });
});

test('--check warns of programs that cannot run here, with the reason.', async () => {
  await using home = await openHome(...SERVICES);
  const command = '<command><program>./start.sh</program></command>';
  await home.edit(FILE, (text) => replaceNth(text, /<configuration>/, 2, `<configuration>${command}`));
  const check = () => home.run('service_context', FILE, '--check');
  const path = join(home.path, FILE);
  const { exitCode, stdout } = await check();
  expect(exitCode).toBe(0);
  expect(stdout.split('\n')).toEqual([
    `${path}: warning: ts_101: no program ${join(home.path, 'start.sh')} ` +
      '(correct <program> in the context file; a relative path is relative to the context folder)',
    `${path} is valid: 2 task services, 1 warning`,
  ]);
  await writeFile(join(home.path, 'start.sh'), '#!/bin/sh\n', { mode: 0o755 });
  expect((await check()).stdout).toBe(`${path} is valid: 2 task services, 0 warnings`);
});

test('--check warns of code that is in no service root.', async () => {
  await using home = await openHome(...SERVICES);
  await mkdir(join(home.path, 'elsewhere'));
  await rename(join(home.path, 'services', 'Walk'), join(home.path, 'elsewhere', 'Walk'));
  const path = join(home.path, FILE);
  const check = (...more: readonly string[]) => home.run('service_context', FILE, '--check', ...more);
  const { exitCode, stdout } = await check();
  expect(exitCode).toBe(0);
  expect(stdout.split('\n')).toEqual([
    `${path}: warning: ts_101: no service "Walk" in ${join(home.path, 'services', 'Walk')} ` +
      '(create it with create_service, or correct instance and <location> in the context file)',
    `${path} is valid: 2 task services, 1 warning`,
  ]);
  await home.edit(FILE, (text) => text.replaceAll(/<location>.*<\/location>/g, ''));
  const rooted = await check('--service_root=elsewhere');
  expect(rooted.stdout).toBe(`${path} is valid: 2 task services, 0 warnings`);
});

test('--check reports the position of a syntax error, and ends with 1.', async () => {
  await using home = await openHome(...SERVICES);
  await home.edit(FILE, (text) => text.replace('</Task>', '</Tusk>'));
  const line = (await home.read(FILE)).split('\n').findIndex((each) => each.includes('</Tusk>')) + 1;
  const { exitCode, stderr } = await home.run('service_context', FILE, '--check');
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(new RegExp(`^error XML_MALFORMED: .*Context-Home\\.xml:${line}:\\d+: `));
});

const GRAPHS = [
  ['--graph', 'flowchart LR', /^ +n0 --.*on_exit.*start.* n1$/m],
  ['--graph=mermaid', 'flowchart LR', /^ +n0 --.*on_exit.*start.* n1$/m],
  ['--graph=dot', 'digraph transitions {', /^ +"ts_100" -> "ts_101" \[label="on_exit.*start/m],
] as const;

test.each(GRAPHS)('%s draws the services and the transitions between them.', async (flag, head, edge) => {
  await using home = await openHome(...SERVICES);
  await home.edit(FILE, (text) =>
    replaceNth(
      text,
      /<on_exit>\s*<action><\/action>\s*<call><\/call>/,
      1,
      '<on_exit><action>start</action><call>ts_101</call>',
    ),
  );
  const { exitCode, stdout, stderr } = await home.run('service_context', FILE, flag);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(stdout.split('\n')[0]).toBe(head);
  for (const name of ['ts_100', 'EchoAction', 'ts_101', 'Walk']) expect(stdout).toContain(name);
  expect(stdout).toMatch(edge);
});

test('An unknown graph format is a usage error, exit code 2.', async () => {
  await using home = await openHome(...SERVICES);
  const { exitCode, stdout, stderr } = await home.run('service_context', FILE, '--graph=png');
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
  expect(stderr).toContain('invalid value "png" for --graph');
  expect(stderr).toContain('hint: allowed values: mermaid, dot');
});

test('For a missing file the exit code is 1, and the hint lists the existing ones.', async () => {
  await using home = await openHome(...SERVICES);
  const { exitCode, stdout, stderr } = await home.run('service_context', 'conf/Context-Hom.xml', '--start');
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
  const path = join(home.path, 'conf');
  expect(stderr).toBe(
    `error XML_UNREADABLE: cannot read ${path}/Context-Hom.xml: the file does not exist\n` +
      `  hint: files in ${path}: Context-Home.xml`,
  );
});
