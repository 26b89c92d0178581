// The provider's own console: full, closed or never read, it changes nothing for services and clients.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { truncateSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { packageRoot } from '../../../src/base/package.js';
import { Client } from '../../../src/client/client.js';
import { eventually } from '../../helpers/eventually.js';
import { expectNoLeftovers } from '../../helpers/leftovers.js';
import { isRunning, readProc } from '../../helpers/processes.js';
import { openProject, TRANSACTION, type Project } from '../../helpers/project.js';
import { needs, tool } from '../../helpers/requirements.js';

expectNoLeftovers();

const PROGRAM = join(packageRoot, 'dist', 'tools', 'service_context.js');
const SERVICES = [{ id: 'ts_1', instance: 'Forever' }];

/** A provider whose output is a pipe that is not read; closed at the end of a test. */
async function openUnread(project: Project) {
  const flags = ['--start', `--transaction=${TRANSACTION}`, '--json', '--log_level=debug'];
  const child = spawn(process.execPath, [PROGRAM, project.file, ...flags], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'exit');
  const client = await Client.connect(project.endpoints, { timeoutMs: 20_000 });
  const list = async () =>
    (await client.command({ action: 'list' })).status.transactions?.[0]?.services ?? [];
  await eventually(async () => (await list())[0]?.state === 'started', 'the service is started');
  return {
    child,
    ended,
    client,
    list,
    /** Has the provider print `count` lines of about 100 kB each. */
    flood: async (count: number) => {
      for (let round = 0; round < count; round += 1) {
        const { status } = await client.command({ action: 'x'.repeat(100_000) });
        expect(status.error?.code).toBe('MSG_ACTION_UNKNOWN');
      }
    },
    [Symbol.asyncDispose]: async () => {
      await client.close();
      child.kill('SIGKILL');
      await ended;
    },
  };
}

test('A console that is not read holds a bounded part, says later what was lost, and keeps no end waiting.', async () => {
  await using project = await openProject(SERVICES);
  await using provider = await openUnread(project);
  await provider.flood(60);
  expect((await provider.list())[0]).toMatchObject({ state: 'started' });
  let wasRead = false;
  provider.child.stdout.once('data', () => (wasRead = true));
  const reading = text(provider.child.stdout);
  await eventually(async () => {
    await provider.list();
    return wasRead;
  }, 'the console is read');
  provider.child.kill('SIGTERM');
  expect(await provider.ended).toEqual([0, null]);
  const said = await reading;
  expect(said.length).toBeLessThan(6_000_000);
  expect(said).toMatch(/"text":"\d+ console lines were lost: unread"/);
  for (const line of said.trimEnd().split('\n')) expect(() => JSON.parse(line) as unknown).not.toThrow();
});

test('A provider whose console is never read ends on SIGTERM with its services.', async () => {
  await using project = await openProject(SERVICES);
  await using provider = await openUnread(project);
  await provider.flood(30);
  const pids = project.processes().map(({ pid }) => pid);
  provider.child.kill('SIGTERM');
  expect(await provider.ended).toEqual([0, null]);
  expect(pids.some(isRunning)).toBe(false);
});

test('SIGHUP, as of a terminal that is closed, stops all services and ends the provider with 0.', async () => {
  await using project = await openProject(SERVICES);
  await using provider = await openUnread(project);
  const pids = project.processes().map(({ pid }) => pid);
  // Both its outputs are gone with the terminal.
  provider.child.stdout.destroy();
  provider.child.stderr.destroy();
  await provider.flood(3);
  provider.child.kill('SIGHUP');
  expect(await provider.ended).toEqual([0, null]);
  expect(pids.some(isRunning)).toBe(false);
  expect(project.journal().transactions).toEqual([]);
});

test(
  'A full disk under its console costs lines, which are counted when there is room again.',
  needs('a mount namespace'),
  async () => {
    await using project = await openProject(SERVICES);
    const small = join(project.folder, 'small');
    await mkdir(small);
    const log = join(small, 'console.log');
    const script = `mount -t tmpfs -o size=8k tmpfs '${small}' && exec '${process.execPath}' '${PROGRAM}' '${project.file}' --json --log_level=debug >>'${log}' 2>>'${log}'`;
    const child = spawn(tool('unshare'), ['-m', 'bash', '-c', script], { stdio: 'ignore' });
    const ended = once(child, 'exit');
    const client = await Client.connect(project.endpoints, { timeoutMs: 20_000 });
    try {
      for (let count = 0; count < 100; count += 1) await client.command({ action: 'list' });
      // As seen in its mount namespace.
      truncateSync(`/proc/${child.pid}/root${log}`, 0);
      await client.command({ action: 'list' });
      await eventually(
        () => readProc(child.pid!, `root${log}`).includes('console lines were lost: ENOSPC'),
        'the loss is reported',
      );
    } finally {
      await client.close();
      child.kill('SIGTERM');
    }
    expect(await ended).toEqual([0, null]);
  },
);
