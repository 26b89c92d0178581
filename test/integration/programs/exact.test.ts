// What a program receives exactly: arguments, variables, groups of its user, limits, input, signals.

import { execFileSync } from 'node:child_process';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { eventually } from '../../helpers/eventually.js';
import type { ServiceSpec } from '../../helpers/context.js';
import { openFolder } from '../../helpers/folder.js';
import { expectNoLeftovers } from '../../helpers/leftovers.js';
import { observeBus } from '../../helpers/bus-observer.js';
import { readServiceLog, programService, shellService } from '../../helpers/program-services.js';
import { openProvider } from '../../helpers/provider.js';
import { findMember, needs } from '../../helpers/requirements.js';

expectNoLeftovers();

/** Runs one service to its end and returns its output. */
async function print(spec: ServiceSpec): Promise<string> {
  await using test = await openProvider([spec]);
  await using observer = await observeBus(test.provider.endpoints);
  const client = await test.client();
  const { status } = await client.command({ action: 'start', transaction: 'T1' });
  expect(status.services).not.toMatchObject([{ error: expect.anything() as unknown }]);
  await observer.waitForEvent('ts_1', 'exited');
  return readServiceLog(test, 'ts_1');
}

/** The kernel allows 128 KiB for each, including its name and the terminating zero. */
async function printSizes(more: Readonly<Record<string, unknown>>): Promise<string> {
  const env = { BIG: 'y'.repeat(128 * 1024 - 5) };
  const many = Array.from({ length: 1600 }, () => 'x'.repeat(99));
  const script = 'echo $# $(printf %s "$@" | wc -c) ${#BIG}';
  const arg = ['-c', script, 'sh', 'z'.repeat(128 * 1024 - 1), ...many];
  return print(programService('ts_1', { program: 'sh', arg, env, ...more }));
}

const SIZES = `1601 ${128 * 1024 - 1 + 1600 * 99} ${128 * 1024 - 5}\n`;

test('Arguments and variables can be as large as the kernel allows.', async () => {
  expect(await printSizes({})).toBe(SIZES);
});

test(
  'Arguments and variables of a program of another user can be as large.',
  needs('another user'),
  async () => {
    expect(await printSizes({ user: 'nobody', cwd: '/' })).toBe(SIZES);
  },
);

test('Arguments that are too large for the kernel are reported with the limits.', async () => {
  const arg = ['-c', 'true', 'z'.repeat(128 * 1024)];
  await using test = await openProvider([programService('ts_1', { program: 'sh', arg })]);
  const client = await test.client();
  const { status } = await client.command({ action: 'start', transaction: 'T1' });
  expect(status.services).toMatchObject([
    {
      state: 'failed',
      error: {
        code: 'SVC_LAUNCH_FAILED',
        message: expect.stringMatching(/cannot be started: .*E2BIG$/) as string,
        hint: expect.stringContaining('128 KiB') as string,
      },
    },
  ]);
});

const member = findMember() ?? '';

test('A program has all groups of its user and no others.', needs('a user with groups'), async () => {
  const groups = execFileSync('id', ['-G', member], { encoding: 'utf8' }).trim().split(' ').sort();
  expect(groups.length).toBeGreaterThan(1);
  const log = await print(shellService('ts_1', 'id -u; id -G', { user: member, cwd: '/' }));
  const [user, found = ''] = log.split('\n');
  expect(user).toBe(execFileSync('id', ['-u', member], { encoding: 'utf8' }).trim());
  expect(found.split(' ').sort()).toEqual(groups);
});

test('A program has the umask and the limits of its command.', async () => {
  const rlimits = { nofile: '64', core: '0', nproc: '5000', as: '4000000000' };
  const script = 'umask; ulimit -Sn; ulimit -Hn; ulimit -c; ulimit -v';
  const log = await print(shellService('ts_1', script, { umask: '027', rlimits }));
  const [mask, ...limits] = log.trim().split('\n');
  expect(mask).toBe('0027');
  expect(limits).toEqual(['64', '64', '0', '3906250']);
});

test('A program that cannot be executed is reported also with limits.', async () => {
  await using test = await openProvider([
    programService('ts_1', { program: './script', rlimits: { core: '0' } }),
    programService('ts_2', { program: 'false', rlimits: { core: '0' } }),
  ]);
  await writeFile(join(test.folder, 'script'), '#!/no/such/interpreter\n', { mode: 0o755 });
  const client = await test.client();
  const { status } = await client.command({ action: 'start', transaction: 'T1', serviceId: 'ts_1' });
  expect(status.services).toMatchObject([
    {
      state: 'failed',
      error: { code: 'SVC_PROGRAM_NOT_FOUND', message: expect.stringContaining('/script') as string },
    },
  ]);
  await using observer = await observeBus(test.provider.endpoints);
  await client.command({ action: 'start', transaction: 'T1', serviceId: 'ts_2' });
  const failed = await observer.waitForEvent('ts_2', 'failed');
  expect(failed.content.status).toMatchObject({ exit_code: 1, error: { code: 'SVC_EXITED' } });
});

test('A program that its user may not execute is reported.', needs('a user with groups'), async () => {
  await using folder = await openFolder();
  await chmod(folder.path, 0o755);
  await mkdir(join(folder.path, 'closed'), { mode: 0o700 });
  await writeFile(join(folder.path, 'closed', 'program'), '#!/bin/sh\n', { mode: 0o755 });
  const program = join(folder.path, 'closed', 'program');
  await using test = await openProvider([programService('ts_1', { program, user: member, cwd: '/' })]);
  const client = await test.client();
  const { status } = await client.command({ action: 'start', transaction: 'T1' });
  expect(status.services).toMatchObject([
    {
      state: 'failed',
      error: {
        code: 'SVC_PROGRAM_NOT_EXECUTABLE',
        message: expect.stringContaining(`as ${member}`) as string,
      },
    },
  ]);
});

test('Standard input is /dev/null, or stays open until the program ends.', async () => {
  expect(await print(shellService('ts_1', 'cat; echo ended'))).toBe('ended\n');
  await using test = await openProvider([
    shellService('ts_1', 'echo up; cat; echo ended', { stdin: 'open', ready: 'line', ready_line: 'up' }),
  ]);
  const client = await test.client();
  await client.command({ action: 'start', transaction: 'T1' });
  const { status } = await client.command({ action: 'stop', transaction: 'T1' });
  expect(status.services).toMatchObject([{ state: 'stopped' }]);
  expect(readServiceLog(test, 'ts_1')).toBe('up\n');
});

test.each([
  ['group', ['child', 'leader']],
  ['leader', ['leader']],
] as const)('The stop signal reaches the %s.', async (target, expected) => {
  const child = `trap "echo child; exit 0" TERM; echo ready; while :; do sleep 0.1; done`;
  const script = `(${child}) & trap 'wait_for_child; echo leader; exit 0' TERM
    wait_for_child() { [ ${target} = leader ] || wait $!; }
    while :; do sleep 0.1; done`;
  await using test = await openProvider([
    shellService('ts_1', script, { stop_to: target, ready: 'line', ready_line: 'ready' }),
  ]);
  const client = await test.client();
  await client.command({ action: 'start', transaction: 'T1' });
  const { status } = await client.command({ action: 'stop', transaction: 'T1' });
  expect(status.services).toMatchObject([{ state: 'stopped' }]);
  await eventually(() => readServiceLog(test, 'ts_1').includes('leader'), 'it has ended');
  expect([...readServiceLog(test, 'ts_1').matchAll(/^(?:child|leader)$/gm)].map(String).sort()).toEqual(
    expected,
  );
});
